/**
 * The state of the server, live and over time.
 *
 * @module
 */
import { zoneText } from "../../ops/local_time.ts";
import { minuteText } from "../../commands/table_text.ts";
import type { Status } from "../../ops/live.ts";
import type { HistorySample } from "../../domain/store.ts";
import { RESOLUTIONS } from "../history.ts";
import { uploadKbit } from "../../domain/uplink.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { fragment, LiveFragments } from "../live_fragments.ts";
import type { App, Site } from "../site.ts";
import { duration, size, time } from "../text.ts";
import { chart } from "./chart.ts";
import { deskPage, facts } from "./layout.ts";
import { emergencyPanel } from "./emergency.ts";
import { watching } from "./watching.ts";

interface Range {
  readonly key: string;
  readonly label: string;
  readonly ms: number;
  readonly resolution: number;
  readonly tickMs: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RANGES: readonly Range[] = [
  {
    key: "hour",
    label: "Last hour",
    ms: HOUR,
    tickMs: HOUR / 4,
    resolution: 10,
  },
  { key: "day", label: "Last day", ms: DAY, tickMs: DAY / 4, resolution: 300 },
  {
    key: "week",
    label: "Last week",
    ms: 7 * DAY,
    tickMs: DAY,
    resolution: 1800,
  },
  {
    key: "year",
    label: "Last year",
    ms: 365 * DAY,
    tickMs: 61 * DAY,
    resolution: 21_600,
  },
];

export function overviewPages(app: App, site: Site): void {
  const live = new LiveFragments(
    () => new Map([["now", fragment(now(site, site.live.status()))]]),
    site.log,
  );

  app.get("/desk", (c) => {
    const range = RANGES.find(({ key }) => key === c.req.query("range")) ??
      RANGES[0]!;
    const status = site.live.status();
    return deskPage(c, site, {
      title: "Overview",
      at: "/desk",
      live: "/desk/live",
      main: html`<h1>Overview</h1>
${emergencyPanel(c, site)}
${panel("Now", now(site, status))}
${panel("Over time", html`${tabs(range)}${charts(site, range)}`)}
${panel("Last warnings and errors", errors(status))}`,
    });
  });

  app.get("/desk/live", (c) => watching(c, site, live, "moderator"));
}

function now(site: Site, status: Status): Html {
  const { rates, totals, queues, endpoints } = status;
  return html`
    <div
      id="now">${facts([
        [
          "Online",
          html`${status.sessions} <small>most ${status.peakSessions}</small>`,
        ],
        ["Connections", status.connections],
        ["Rooms", status.rooms],
        ["Talking", status.talkers],
        [
          "Voice links",
          html`${status.voiceLinks.tcp} <small>TCP</small> ${status.voiceLinks.udp} <small>UDP</small>`,
        ],
        [
          "Webcams",
          html`${status.video.live} <small>shown</small> ${status.video.views} <small>watched</small>`,
        ],
        [
          "Packets a second",
          html`${rate(rates.packetsIn)} <small>in</small> ${
            rate(rates.packetsOut)
          } <small>out</small>`,
        ],
        [
          "Voice frames a second",
          html`${rate(rates.voiceFramesIn)} <small>in</small> ${
            rate(rates.voiceFramesOut)
          } <small>out</small>`,
        ],
        [
          "Video a second",
          html`${size(rates.videoBytesIn)} <small>in</small> ${
            size(rates.videoBytesOut)
          } <small>out</small>`,
        ],
        ["Upload of voice and video", upload(site, status)],
        [
          "Sign-ons",
          html`${totals.signOns} <small>${totals.signOnsRefused} refused</small>`,
        ],
        ["Waiting for clients", size(queues.outboxBytes)],
        ["Memory", size(status.memory.rss)],
        [
          "Event loop",
          html`${status.loopLagMs.p99.toFixed(1)} <small>ms late</small>`,
        ],
        ["Up", duration(status.uptimeSeconds)],
      ])}<p class="quiet">Retropal ${status.version}, chat at ${endpoints
        .chat}, voice at ${endpoints.voice}, video ${endpoints.video === null
        ? "off"
        : `at ${endpoints.video}`},
    clients are told ${endpoints.advertised ||
      "the address they reached"}.</p></div>
  `;
}

/**
 * Compares the upload with the capacity of the line, where the host has set it.
 */
function upload(site: Site, { rates }: Status): Html {
  const kbit = uploadKbit(rates.voiceFramesOut, rates.videoBytesOut);
  const line = site.config().server.uplink_kbit;
  return html`${rate(kbit)} <small>kbit/s${
    line > 0 ? ` of ${line} (${Math.round(100 * kbit / line)} %)` : ""
  }</small>`;
}

function rate(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0
    ? String(Math.round(perSecond))
    : perSecond.toFixed(1);
}

function tabs(range: Range): Html {
  return html`<ul class="tabs">${
    RANGES.map(({ key, label }) =>
      html`<li><a href="/desk?range=${key}"${
        key === range.key
          ? html`
            aria-current="true"
          `
          : NOTHING
      }>${label}</a></li>`
    )
  }</ul>`;
}

function charts(site: Site, range: Range): Html {
  const to = site.clock();
  const from = to - range.ms;
  const samples = site.store.history.list(range.resolution, from);
  const ticks = ticksOf(range, from, to);
  const perSecond = (count: number) => count / range.resolution;
  const drawn: readonly [string, (sample: HistorySample) => number][] = [
    ["People online", (one) => one.sessions],
    ["Rooms", (one) => one.rooms],
    ["Talking", (one) => one.talkers],
    ["Packets/s", (one) => perSecond(one.packets)],
    ["Voice frames/s", (one) => perSecond(one.voiceFrames)],
  ];
  return html`
    <div class="charts">${drawn.map(([title, value]) =>
      chart({
        title,
        from,
        to,
        ticks,
        gapMs: range.resolution * 2500,
        points: samples.map((one) => ({ at: one.at, value: value(one) })),
      })
    )}</div>
    <p
      class="quiet">A point every ${duration(
        range.resolution,
      )}; times are ${zoneText(to)}. Kept ${duration(
        (RESOLUTIONS.find((one) => one.seconds === range.resolution)?.keepMs ??
          0) / 1000,
      )}.</p>
  `;
}

function ticksOf(
  range: Range,
  from: number,
  to: number,
): [number, string][] {
  const ticks: [number, string][] = [];
  // Days begin at midnight of the time zone in which they are shown.
  const offset = -60_000 * new Date(to).getTimezoneOffset();
  const first = Math.ceil((from + offset) / range.tickMs) * range.tickMs -
    offset;
  for (let at = first; at <= to; at += range.tickMs) {
    const text = minuteText(at);
    ticks.push([at, range.ms > DAY ? text.slice(5, 10) : text.slice(11, 16)]);
  }
  // A label at the very edge would be cut off.
  const margin = range.ms / 20;
  return ticks.filter(([at]) => at - from > margin / 4 && to - at > margin);
}

function errors({ errors }: Status): Html {
  if (errors.length === 0) return html`<p class="quiet">None.</p>`;
  return html`<ul class="log">${
    [...errors].reverse().slice(0, 20).map(({ at, category, message }) =>
      html`<li>${time(at)} <b>${category}</b> ${message}</li>`
    )
  }</ul>`;
}
