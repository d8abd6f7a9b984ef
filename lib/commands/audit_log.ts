/**
 * Shows the audit log: the actor, the action, its target, time and address, and
 * the values before and after.
 *
 * @module
 */
import { command, done } from "./command.ts";
import { numberOption, option, timeOption } from "./field.ts";
import { timeText } from "./table_text.ts";

export const auditLog = command({
  path: ["audit"],
  summary: "Show who did what to whom, when and from where",
  details:
    "The newest entry comes last. Entries are kept for store.audit_days days.",
  examples: [
    "retropal audit",
    'retropal audit --actor Owner --action "ban add" --since 7d --json',
  ],
  fields: {
    actor: option(
      "NAME",
      'Only entries by this actor; "cli" is the command line.',
    ),
    action: option("ACTION", 'Only this, for example "user ban".'),
    target: option(
      "NAME",
      "Only entries about this user, room or other target.",
    ),
    since: timeOption("Show only entries since this time: 3d, or 2026-07-31."),
    until: timeOption("Show only entries until this time."),
    limit: numberOption("N", "Maximum number of entries; default: 100.", {
      min: 1,
      max: 100_000,
    }),
  },
  role: "admin",
  run(context, input) {
    const now = context.now();
    context.store.flush();
    const entries = context.store.audit.list({
      limit: input.limit ?? 100,
      ...(input.actor !== undefined && { actor: input.actor }),
      // Entries of earlier builds were called "room.bounce".
      ...(input.action !== undefined &&
        { action: input.action.replace(/^(room|user)\./, "$1 ") }),
      ...(input.target !== undefined && { target: input.target }),
      ...(input.since !== undefined && { since: input.since(now) }),
      ...(input.until !== undefined && { until: input.until(now) }),
    }).reverse();
    return done(
      entries,
      ...entries.map((one) => {
        const from = one.address === null ? "" : ` (${one.address})`;
        const change = [
          ...(one.before === null ? [] : [`before ${one.before}`]),
          ...(one.after === null ? [] : [`after ${one.after}`]),
        ].join(", ");
        return `${timeText(one.at)}  ${one.actor}${from}  ${one.action}  ` +
          `${one.target}${change === "" ? "" : `  ${change}`}`;
      }),
    );
  },
});
