/**
 * Personal data that is kept, and for how long.
 *
 * @module
 */
import { KEPT } from "../domain/retention.ts";
import { daysOf } from "../upkeep/housekeeping.ts";
import { command, done } from "./command.ts";
import { columns, timeText } from "./table_text.ts";

export const retention = command({
  path: ["retention"],
  summary: "Show which data is kept, for how long, and the oldest of each kind",
  details: "`retropal config set store.session_days 30` and the like change " +
    "it. A running server removes what is older at once, and looks again " +
    "every six hours.",
  examples: ["retropal retention", "retropal retention --json"],
  fields: {},
  role: "admin",
  run({ config, store }) {
    const rows = KEPT.map(({ setting, label, about, kinds }) => {
      const days = daysOf(config, setting);
      const times = kinds.map((kind) => store.retention.oldest(kind))
        .filter((at) => at !== undefined);
      return {
        what: label,
        about,
        setting: `store.${setting}`,
        days: days === Infinity ? null : days,
        oldest: times.length === 0 ? null : Math.min(...times),
      };
    });
    return done(
      rows,
      ...columns(
        ["WHAT", "DAYS", "OLDEST", "SETTING"],
        rows.map(({ what, days, oldest, setting }) => [
          what,
          days === null ? "until removed" : String(days),
          oldest === null ? "none" : timeText(oldest),
          setting,
        ]),
      ),
    );
  },
});
