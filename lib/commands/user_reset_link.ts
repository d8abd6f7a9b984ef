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
  summary: "Create a link with which a user sets a new password",
  details:
    "It works once, until the password changes or the link expires; a second " +
    "link for the same user revokes the first. Give it only to the user.",
  examples: [
    "retropal user reset-link Ann",
    "retropal user reset-link Ann --for 1h",
  ],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    for: durationOption("Validity; default: 24h."),
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
