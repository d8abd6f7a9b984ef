/**
 * "/kickall the server moves": an old chat command with which staff disconnect
 * everybody.
 *
 * @module
 */
import { LEVEL } from "../domain/store.ts";
import { audit, command, done } from "./command.ts";
import { optionalArgument } from "./field.ts";

export const kickAll = command({
  path: ["kickall"],
  summary: "end the sessions of all users with a lower rank than yours",
  examples: [],
  fields: {
    reason: optionalArgument("REASON", "Message to the disconnected users."),
  },
  role: "superadmin",
  chat: { name: "kickall", role: "superadmin", takes: ["reason"] },
  needsServer: true,
  run(context, input) {
    const { actor, live, store } = context;
    const reason = input.reason ?? "You were disconnected by the staff.";
    let kicked = 0;
    for (const { uid } of live?.sessions() ?? []) {
      const account = uid ? store.accounts.get(uid) : undefined;
      if (account === undefined || LEVEL[account.role] >= actor.level) continue;
      if (live?.kick(account.uid, reason)) kicked++;
    }
    audit(context, {
      action: "user kick",
      target: `everybody (${kicked})`,
      after: reason,
    });
    return done(
      { kicked },
      kicked === 1 ? "1 is disconnected." : `${kicked} users disconnected.`,
    );
  },
});
