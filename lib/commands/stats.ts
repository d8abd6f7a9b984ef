/**
 * Usage statistics over days and weeks.
 *
 * @module
 */
import {
  busiest,
  type RoomUse,
  type UseReport,
  useReport,
} from "../domain/use_report.ts";
import { command, done } from "./command.ts";
import { numberOption } from "./field.ts";
import { columns, minuteText, pairs, sizeText } from "./table_text.ts";

const DAYS = 28;
const ROOMS = 10;
const SHOWN = 3;

export const stats = command({
  path: ["stats"],
  summary: "Show how the server is used: people, hours, rooms, voice, traffic",
  details: "Recorded once a minute while the server is running and kept for " +
    "store.statistics_days days, without the names of users. Lost and late " +
    "count voice packets that were missing or delayed on the way from " +
    "speakers to the server; dropped counts those that listeners were too " +
    "slow for. Times are in this machine's time zone.",
  examples: [
    "retropal stats",
    "retropal stats --days 7 --rooms 20",
    "retropal stats --days 365 --json",
  ],
  fields: {
    days: numberOption("N", `The last N days; default: ${DAYS}.`, {
      min: 1,
      max: 400,
    }),
    rooms: numberOption("N", `The busiest N rooms; default: ${ROOMS}.`, {
      min: 1,
      max: 1000,
    }),
  },
  role: "moderator",
  run(context, input) {
    context.live?.refreshStatistics();
    const report = useReport(context.store.statistics, {
      now: context.now(),
      days: input.days ?? DAYS,
      rooms: input.rooms ?? ROOMS,
      uplinkKbit: context.config.server.uplink_kbit,
    });
    return done(report, ...text(report));
  },
});

function text(report: UseReport): string[] {
  const { since, rooms, weeks, days, traffic, uplinkKbit } = report;
  if (traffic.length === 0 && rooms.length === 0) {
    return [
      "Nothing is recorded yet: only a running server records statistics.",
    ];
  }
  const list = (groups: UseReport["hours"]) =>
    busiest(groups, SHOWN).map(({ name, people }) => `${name} (${people})`)
      .join(", ") || "-";
  const most = traffic.reduce((all, one) => Math.max(all, one.peakKbit), 0);
  const bytes = traffic.reduce((all, one) => all + one.uploadBytes, 0);
  const today = days.at(-1);
  return [
    ...pairs([
      ["since", minuteText(since)],
      ["busiest hours", list(report.hours)],
      ["busiest days", list(report.weekdays)],
      [
        "people today",
        today === undefined ? "-" : `${today.people}, ${today.fresh} new`,
      ],
      ["uploaded", `${sizeText(bytes)} of voice and video`],
      [
        "most upload",
        `${most} kbit/s` +
        (uplinkKbit > 0
          ? `, ${Math.round(100 * most / uplinkKbit)} % of ${uplinkKbit}`
          : ""),
      ],
    ]),
    "",
    ...columns(
      ["WEEK FROM", "PEOPLE", "NEW"],
      weeks.map(({ at, people, fresh }) => [
        minuteText(at).slice(0, 10),
        String(people),
        String(fresh),
      ]),
    ),
    "",
    ...columns(
      [
        "ROOM",
        "MEMBER HOURS",
        "MOST",
        "TALK MIN",
        "LOST %",
        "LATE %",
        "DROPPED %",
        "JITTER MS",
      ],
      rooms.map(roomRow),
    ),
  ];
}

function roomRow(room: RoomUse): string[] {
  const shown = (value: number | null) => value === null ? "-" : String(value);
  return [
    room.name,
    String(room.memberHours),
    String(room.membersPeak),
    String(room.talkMinutes),
    shown(room.lost),
    shown(room.late),
    shown(room.dropped),
    shown(room.jitterMs),
  ];
}
