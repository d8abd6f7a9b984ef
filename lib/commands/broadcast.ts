/**
 * Sends an announcement to everybody.
 *
 * @module
 */
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { audit, command, done, refused } from "./command.ts";
import { argument } from "./field.ts";

/** Fits a message box on a small screen; the client's own buffer is larger. */
const LONGEST = 1000;

export const broadcast = command({
  path: ["broadcast"],
  summary: "Show a message to every online user",
  examples: ['retropal broadcast "The server restarts in five minutes."'],
  fields: {
    message: argument("MESSAGE", "The text.", { rest: true, long: true }),
  },
  role: "admin",
  chat: { name: "broadcast", role: "admin", takes: ["message"] },
  needsServer: true,
  run(context, input) {
    if (!fitsWindows1252(input.message)) {
      throw refused(
        "The old client can show letters of Western European languages only.",
      );
    }
    if (encodeText(input.message).length > LONGEST) {
      throw refused(`A message to all has at most ${LONGEST} characters.`);
    }
    const told = context.live?.broadcast(input.message) ?? 0;
    audit(context, {
      action: "broadcast",
      target: `${told} people`,
      after: input.message,
    });
    return done(
      { told },
      told === 1 ? "Shown to 1 user." : `Shown to ${told} users.`,
    );
  },
});
