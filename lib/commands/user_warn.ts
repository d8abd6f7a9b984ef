/**
 * Sends a warning to one user.
 *
 * @module
 */
import { warn } from "../actions/warn.ts";
import { command, done } from "./command.ts";
import { argument } from "./field.ts";
import { findPerson } from "./find.ts";

export const userWarn = command({
  path: ["user", "warn"],
  summary: "Send a warning from the staff to a user",
  details:
    "It arrives as a message by the server, at the next sign-on if the " +
    "user is offline, and is part of the user's history.",
  examples: ['retropal user warn Troll "Please do not shout."'],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    text: argument("TEXT", "The warning.", { rest: true }),
  },
  role: "moderator",
  chat: { name: "warn", role: "moderator", takes: ["nick", "text"] },
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    const how = warn(context, account, input.text);
    return done(
      { uid: account.uid, told: how === "told" },
      how === "told"
        ? `${account.nickname} was warned.`
        : `${account.nickname} is offline and reads the warning at the next sign-on.`,
    );
  },
});
