/**
 * Audit entries for actions outside the store.
 *
 * @module
 */
import { audit, command, done } from "./command.ts";
import { argument, choiceOption } from "./field.ts";

/** Runs before a backup: writes what was deferred, and records the backup. */
export const note = command({
  path: ["audit", "note"],
  hidden: true,
  summary: "Write an entry into the audit log, and pending data to the disk",
  examples: ["retropal backup FILE"],
  fields: {
    action: choiceOption(["backup", "restore", "config set", "setup"], "What."),
    target: argument("TARGET", "To what."),
  },
  role: "superadmin",
  run(context, input) {
    audit(context, { action: input.action ?? "backup", target: input.target });
    return done({});
  },
});
