/**
 * Two-step sign-in of users, for the host.
 *
 * @module
 */
import { resetTwoStep } from "../actions/two_step.ts";
import { command, done } from "./command.ts";
import { argument } from "./field.ts";
import { findPerson } from "./find.ts";

export const userTotpReset = command({
  path: ["user", "totp", "reset"],
  summary: "Turn off two-step sign-in for a user who has lost their phone",
  examples: ["retropal user totp reset Ann"],
  fields: { nick: argument("NICK", "Nickname or uid.") },
  role: "superadmin",
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    resetTwoStep(context, account);
    return done(
      { uid: account.uid },
      `${account.nickname} now signs in with the password alone.`,
    );
  },
});
