/**
 * Creates a link with which a member sets a new password.
 *
 * @module
 */
import { requireAbove } from "../actions/acting.ts";
import { LINK_MS, makeResetLink } from "../actions/reset_link.ts";
import { command, done, refused } from "./command.ts";
import { argument, durationOption } from "./field.ts";
import { findPerson } from "./find.ts";
import { publicOrigin } from "./public_origin.ts";
import { timeText } from "./table_text.ts";

export const userResetLink = command({
  path: ["user", "reset-link"],
  summary: "Make a link by which a user chooses a new password",
  details: "It works once, until the password changes or the time is over; a " +
    "second link for the same user ends the first. Hand it to the user alone.",
  examples: [
    "retropal user reset-link Ann",
    "retropal user reset-link Ann --for 1h",
  ],
  fields: {
    nick: argument("NICK", "The nickname, or the uid."),
    for: durationOption("For how long; 24h when not given."),
  },
  role: "admin",
  needsServer: true,
  run(context, input) {
    const { config, live } = context;
    const account = findPerson(context.store, input.nick);
    requireAbove(context.actor, account);
    const endpoints = live?.status().endpoints;
    if (!endpoints?.web) {
      throw refused("This server has no pages (web.enabled).");
    }
    const lasts = input.for ?? LINK_MS;
    const token = makeResetLink(context, account, lasts);
    const url = `${publicOrigin(config, endpoints)}/reset?token=${token}`;
    return done(
      { url, until: context.now() + lasts },
      `Until ${timeText(context.now() + lasts)}, once: ${url}`,
    );
  },
});
