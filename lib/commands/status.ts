/**
 * Shows the state of the running server.
 *
 * @module
 */
import { command, type Context, done } from "./command.ts";
import { flag, numberOption } from "./field.ts";
import type { Status } from "../ops/live.ts";
import {
  columns,
  durationText,
  pairs,
  sizeText,
  timeText,
} from "./table_text.ts";
import { pause } from "./until.ts";

const ERRORS_SHOWN = 5;

export const status = command({
  path: ["status"],
  summary: "Show the state of the running server",
  details:
    "Exits with code 4 if no server is running. With --watch it prints a " +
    "line at a time until Ctrl-C.",
  examples: [
    "retropal status",
    "retropal status --limits",
    "retropal status --watch",
    "retropal status --json",
  ],
  fields: {
    limits: flag("Show all limits in force as well."),
    watch: flag("Continue with a line every few seconds."),
    every: numberOption(
      "SECONDS",
      "Seconds between the lines of --watch; default: 2.",
      {
        min: 1,
        max: 3600,
      },
    ),
  },
  role: "moderator",
  needsServer: true,
  async run(context, input) {
    if (input.watch) return await watch(context, (input.every ?? 2) * 1000);
    const now = read(context);
    const limits = input.limits
      ? [
        "",
        ...pairs(
          Object.entries(now.limits).map((
            [key, value],
          ) => [key, String(value)]),
        ),
      ]
      : [];
    return done(now, ...text(now), ...limits);
  },
});

function read({ live }: Context): Status {
  if (live === null) throw new Error("checked before");
  return live.status();
}

async function watch(context: Context, everyMs: number) {
  let line = 0;
  while (!context.signal.aborted) {
    const now = read(context);
    const [head = "", row = ""] = columns(HEAD, [brief(now, context.now())]);
    context.emit(line % 20 === 0 ? [head, row] : [row], now);
    line++;
    await pause(everyMs, context.signal);
  }
  return done(null);
}

const HEAD = [
  "TIME    ",
  "ONLINE",
  "ROOMS",
  "TALKING",
  "IN/S  ",
  "OUT/S  ",
  "VOICE/S",
  "QUEUED  ",
  "MEMORY  ",
  "LAG  ",
];

function brief(now: Status, at: number): string[] {
  return [
    timeText(at).slice(11),
    String(now.sessions),
    String(now.rooms),
    String(now.talkers),
    rate(now.rates.packetsIn),
    rate(now.rates.packetsOut),
    rate(now.rates.voiceFramesOut),
    sizeText(now.queues.outboxBytes),
    sizeText(now.memory.rss),
    `${Math.round(now.loopLagMs.p99)} ms`,
  ];
}

function rate(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0
    ? String(Math.round(perSecond))
    : perSecond.toFixed(1);
}

function kilobytes(perSecond: number): string {
  return `${rate(perSecond / 1000)} kB`;
}

function text(now: Status): string[] {
  return [
    ...pairs([...placeRows(now), ...loadRows(now), ...troubleRows(now)]),
    "",
    now.errors.length === 0
      ? "No warnings or errors."
      : "Last warnings and errors:",
    ...now.errors.slice(-ERRORS_SHOWN).map((one) =>
      `  ${timeText(one.at)} ${one.category}: ${one.message}`
    ),
  ];
}

type Row = [name: string, text: string];

function placeRows(now: Status): Row[] {
  const { endpoints } = now;
  return [
    ["server", `retropal ${now.version}, process ${now.pid}`],
    [
      "up",
      `${durationText(now.uptimeSeconds)}, since ${timeText(now.startedAt)}`,
    ],
    ["chat", endpoints.chat],
    ["voice", endpoints.voice],
    ["video", endpoints.video ?? "off"],
    ["pages", endpoints.web ?? "off"],
    ["https", endpoints.webs ?? "off"],
    ...certificateRow(now),
    ["announced", announced(endpoints)],
    [
      "online",
      `${now.sessions} (most ${now.peakSessions}), ` +
      `${now.connections} connections`,
    ],
    ["rooms", `${now.rooms}, ${now.talkers} talking`],
    ["voice links", `${now.voiceLinks.tcp} TCP, ${now.voiceLinks.udp} UDP`],
    [
      "webcams",
      `${now.video.live} shown, ${now.video.views} watched`,
    ],
  ];
}

function loadRows({ rates, queues, ...now }: Status): Row[] {
  return [
    [
      "packets/s",
      `${rate(rates.packetsIn)} in, ${rate(rates.packetsOut)} out`,
    ],
    [
      "voice/s",
      `${rate(rates.voiceFramesIn)} in, ` +
      `${rate(rates.voiceFramesOut)} out`,
    ],
    [
      "video/s",
      `${kilobytes(rates.videoBytesIn)} in, ` +
      `${kilobytes(rates.videoBytesOut)} out`,
    ],
    [
      "queues",
      `${sizeText(queues.outboxBytes)} in all, ` +
      `${sizeText(queues.largestOutboxBytes)} the longest, ` +
      `${queues.passwordHashes} password checks`,
    ],
    [
      "memory",
      `${sizeText(now.memory.rss)}, ` +
      `${sizeText(now.memory.heapUsed)} in use`,
    ],
    [
      "event loop",
      `${now.loopLagMs.p50.toFixed(1)} ms behind, ` +
      `${now.loopLagMs.p99.toFixed(1)} ms at worst of 100`,
    ],
  ];
}

function troubleRows({ totals }: Status): Row[] {
  return [
    ["sign-ons", `${totals.signOns}, ${totals.signOnsRefused} refused`],
    [
      "dropped",
      `${totals.packetsOverRate} packets over the rate, ` +
      `${totals.voiceFramesDropped} voice frames, ` +
      `${totals.unknownPackets} unknown and ` +
      `${totals.malformedPackets} malformed packets`,
    ],
    [
      "refused",
      `${totals.packetsRefused} packets, ` +
      `${totals.connectionsRefused} connections, ` +
      `${totals.picturesRefused} pictures or video connections`,
    ],
    [
      "closed",
      `${totals.slowClientsClosed} slow clients, ` +
      `${totals.floodersClosed} floods, ` +
      `${totals.strangersClosed} that did not sign on`,
    ],
    [
      "errors",
      `${totals.packetErrors} in packets, ${totals.coreErrors} elsewhere`,
    ],
  ];
}

function certificateRow({ tls }: Status): [string, string][] {
  if (tls === null) return [];
  const names = tls.names.slice(0, 3).join(", ") +
    (tls.names.length > 3 ? ", …" : "");
  const problem = tls.problem === null ? "" : `; ${tls.problem}`;
  return [[
    "certificate",
    `${tls.mode}, until ${timeText(tls.until)}, for ${names}${problem}`,
  ]];
}

function announced(
  { advertised, advertisedPrivate }: Status["endpoints"],
): string {
  if (advertised === "") return "the address each client reached";
  return advertisedPrivate === "" || advertisedPrivate === advertised
    ? advertised
    : `${advertised}, in private networks ${advertisedPrivate}`;
}
