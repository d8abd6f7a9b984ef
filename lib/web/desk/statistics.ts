/**
 * Usage statistics: busy hours and rooms, users over weeks, voice by room, and
 * the uplink.
 *
 * @module
 */
import {
  type DayTraffic,
  type RoomUse,
  type UseReport,
  useReport,
} from "../../domain/use_report.ts";
import { type PeopleCount, UNNAMED_ROOMS } from "../../domain/statistics.ts";
import { minuteText } from "../../commands/table_text.ts";
import { zoneText } from "../../ops/local_time.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Context, Site } from "../site.ts";
import { size } from "../text.ts";
import { isRole } from "./access.ts";
import { bars } from "./bars.ts";
import { deskPage, facts, table } from "./layout.ts";

const HERE = "/desk/statistics";
const RANGES = [
  { key: "week", label: "7 days", days: 7 },
  { key: "month", label: "4 weeks", days: 28 },
  { key: "year", label: "A year", days: 365 },
] as const;
const ROOMS = 20;
/** Percentage of lost packets from which voice sounds broken. */
const BAD_LOSS = 5;

export function statisticsPages(app: App, site: Site): void {
  app.get(HERE, (c) => {
    const range = RANGES.find(({ key }) => key === c.req.query("range")) ??
      RANGES[1];
    const now = site.clock();
    site.live.refreshStatistics();
    const report = useReport(site.store.statistics, {
      now,
      days: range.days,
      rooms: ROOMS,
      uplinkKbit: site.config().server.uplink_kbit,
    });
    const { statistics_days } = site.config().store;
    return deskPage(c, site, {
      title: "Statistics",
      at: HERE,
      main: html`<h1>Statistics</h1>
${tabs(range.key)}
${panel("Busiest hours", busy(report))}
${panel("People", people(report, range.days))}
${panel("Busiest rooms", rooms(site, report.rooms))}
${panel("Voice by room", voice(site, report.rooms))}
${panel("Traffic and the uplink", traffic(c, report))}
<p class="quiet">Times are ${zoneText(now)}. Written down once a minute, without
names of people, and kept for ${statistics_days} days. In a terminal:
<code>retropal stats</code>.</p>`,
    });
  });
}

function tabs(chosen: string): Html {
  return html`<ul class="tabs">${
    RANGES.map(({ key, label }) =>
      html`<li><a href="${HERE}?range=${key}"${
        key === chosen
          ? html`
            aria-current="true"
          `
          : NOTHING
      }>${label}</a></li>`
    )
  }</ul>`;
}

const PEAK = { head: "Most", kind: "number" } as const;
const MEAN = { head: "On average", kind: "number" } as const;

function busy({ hours, weekdays }: UseReport): Html {
  const row = (
    { name, people, peak }: UseReport["hours"][number],
  ) => ({ label: name, value: people, more: [people === null ? "–" : peak] });
  return html`
    <div class="charts">${bars({
      title: "People online by hour",
      heads: ["Hour", MEAN, PEAK],
      bars: hours.map(row),
    })}${bars({
      title: "People online by weekday",
      heads: ["Day", MEAN, PEAK],
      bars: weekdays.map((day) => ({
        ...row(day),
        label: day.name.slice(0, 3),
      })),
    })}</div>
  `;
}

function people({ days, weeks }: UseReport, shownDays: number): Html {
  const columns = [
    { head: "People", kind: "number" },
    { head: "New accounts", kind: "number" },
  ] as const;
  const row = ({ at, people, fresh }: PeopleCount) => ({
    label: date(at).slice(5),
    value: people,
    more: [fresh],
  });
  return html`
    <div class="charts">${bars({
      title: "Different people a week",
      heads: ["Week from", ...columns],
      bars: weeks.map(row),
    })}${shownDays > 60 ? NOTHING : bars({
      title: "Different people a day",
      heads: ["Day", ...columns],
      bars: days.map(row),
    })}</div>
  `;
}

function rooms(site: Site, list: readonly RoomUse[]): Html {
  const most = Math.max(1, ...list.map(({ memberHours }) => memberHours));
  return table(
    "Busiest rooms",
    [
      "Room",
      { head: "Hours of members", kind: "number" },
      { head: "Most at once", kind: "number" },
      "",
    ],
    list.map((room) => ({
      cells: [
        roomName(site, room),
        room.memberHours,
        room.membersPeak,
        part(room.memberHours / most),
      ],
    })),
    "Nothing is recorded yet.",
  );
}

/** Draws a bar beside a number that says the same. */
function part(share: number): Html {
  const width = Math.max(1, Math.round(share * 100));
  return html`
    <svg class="part" viewBox="0 0 100 8" preserveAspectRatio="none"
      aria-hidden="true">
      <rect width="${width}" height="8" />
    </svg>
  `;
}

function voice(site: Site, list: readonly RoomUse[]): Html {
  const spoken = list.filter(({ lost }) => lost !== null);
  const number = (head: string) => ({ head, kind: "number" } as const);
  return html`
    ${table(
      "Voice by room",
      [
        "Room",
        number("Talk time"),
        number("Lost"),
        number("Late"),
        number("Dropped"),
        number("Jitter"),
      ],
      spoken.map((room) => ({
        cells: [
          roomName(site, room),
          `${room.talkMinutes} min`,
          percent(room.lost),
          percent(room.late),
          percent(room.dropped),
          `${room.jitterMs} ms`,
        ],
      })),
      "Nobody has spoken yet.",
    )}<p
      class="quiet">Lost and late packets are those on the way from the speakers
    to this server: their lines. Dropped are those that listeners were too slow for:
    the listeners' lines, or this server's uplink. From about ${BAD_LOSS} % on,
    voices sound broken.</p>
  `;
}

function percent(value: number | null): Html {
  if (value === null) return html`–`;
  return value >= BAD_LOSS
    ? html`
      <span class="tag bad">${value} %</span>
    `
    : html`${value} %`;
}

function traffic(c: Context, { traffic, uplinkKbit }: UseReport): Html {
  const most = Math.max(0, ...traffic.map(({ peakKbit }) => peakKbit));
  const total = traffic.reduce((sum, { uploadBytes }) => sum + uploadBytes, 0);
  const row = (day: DayTraffic) => ({
    label: date(day.at).slice(5),
    value: day.peakKbit,
    more: [day.meanKbit, size(day.uploadBytes), day.signOns],
  });
  const number = (head: string) => ({ head, kind: "number" } as const);
  const share = Math.round(100 * most / Math.max(1, uplinkKbit));
  return html`${
    facts([
      ["Voice and video sent", size(total)],
      ["Most at once", html`${most} <small>kbit/s</small>`],
      [
        "The line",
        uplinkKbit === 0
          ? "not stated"
          : html`${uplinkKbit} <small>kbit/s, at most ${share} % used</small>`,
      ],
    ])
  }${uplinkKbit > 0 ? NOTHING : statedAt(c)}<div class="charts">${
    bars({
      title: "Most upload of each day, kbit/s",
      heads: [
        "Day",
        number("Most kbit/s"),
        number("On average"),
        number("Sent"),
        number("Sign-ons"),
      ],
      bars: traffic.map(row),
      ...(uplinkKbit > 0 &&
        { limit: { label: `the line: ${uplinkKbit}`, value: uplinkKbit } }),
    })
  }</div>`;
}

/** Links to the setting, only for those who may change it. */
function statedAt(c: Context): Html {
  const name = "server.uplink_kbit";
  return html`<p class="quiet">State what your line uploads (${
    isRole(c, "superadmin")
      ? html`
        <a href="/desk/config/${name}">${name}</a>
      `
      : html`<code>${name}</code>`
  }) to compare.</p>`;
}

function roomName({ store }: Site, { gid, name }: RoomUse): Html {
  return gid !== UNNAMED_ROOMS && store.rooms.get(gid) !== undefined
    ? html`
      <a href="/desk/rooms/${gid}">${name}</a>
    `
    : html`${name}`;
}

function date(at: number): string {
  return minuteText(at).slice(0, 10);
}
