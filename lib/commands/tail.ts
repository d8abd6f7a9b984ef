/**
 * Shows the running server's traffic, live.
 *
 * @module
 */
import { normalAddress } from "../net/networks.ts";
import { command, type Context, done, refused } from "./command.ts";
import { flag, numberOption, option } from "./field.ts";
import { findAccount } from "./find.ts";
import type { TailEvent, TailFilter } from "../ops/live.ts";
import { oneLine, timeText } from "./table_text.ts";
import { pause } from "./until.ts";

/**
 * One day, in milliseconds, after which the user must start the command again.
 */
const LONGEST_MS = 86_400_000;

export const logTail = command({
  path: ["log", "tail"],
  summary: "Show the packets of a user, a room or everybody as they arrive",
  details:
    "Shows names and sizes of packets; with --payloads also their bytes, " +
    "with passwords and texts blanked. Press Ctrl-C to stop.",
  examples: ["retropal log tail --user Ann", "retropal log tail --room 50001"],
  fields: {
    user: option("NICK", "Show only the connection of this user."),
    room: option("ROOM", "Show only users in this room, by number or name."),
    address: option("ADDR", "Show only connections from this address."),
    payloads: flag("Show the bytes of each packet as well."),
  },
  role: "admin",
  needsServer: true,
  endless: true,
  async run(context, input) {
    const filter: TailFilter = {
      payloads: input.payloads ?? false,
      ...(input.user !== undefined && {
        uid: findAccount(context.store, input.user).uid,
      }),
      ...(input.room !== undefined &&
        { gid: findLiveRoom(context, input.room) }),
      ...(input.address !== undefined &&
        { address: readAddress(input.address) }),
    };
    await follow(
      context,
      filter,
      LONGEST_MS,
      (event) => context.emit([tailLine(event)], event),
    );
    return done(null);
  },
});

function readAddress(text: string): string {
  const address = normalAddress(text);
  if (address === null) throw refused(`"${text}" is not an address.`);
  return address;
}

function findLiveRoom({ live }: Context, text: string): number {
  const room = live?.rooms().find((one) =>
    String(one.gid) === text || one.name.toLowerCase() === text.toLowerCase()
  );
  if (!room) throw refused(`There is no open room "${text}".`);
  return room.gid;
}

/**
 * Continues until the time is over, the user stops it, or `sink` returns true.
 */
async function follow(
  context: Context,
  filter: TailFilter,
  forMs: number,
  sink: (event: TailEvent) => void,
): Promise<void> {
  const stop = context.live?.tail(filter, sink);
  try {
    await pause(forMs, context.signal);
  } finally {
    stop?.();
  }
}

function tailLine(event: TailEvent): string {
  const who = event.nickname ?? "?";
  const head = `${
    new Date(event.at).toISOString()
  } #${event.session} ${who} ${event.address}`;
  const what = event.kind === "frame"
    ? `${event.direction} ${event.name} ${event.length} bytes` +
      (event.payload ? ` ${event.payload}` : "")
    : `${event.kind}${event.message ? ` ${event.message}` : ""}`;
  return oneLine(`${head} ${what}`);
}

export const capture = command({
  path: ["capture"],
  summary: "Record a user's session in the form that `inspect` reads",
  details:
    "Passwords and texts are blanked unless --unredacted is given. Writes to " +
    "standard output until the time is over or Ctrl-C is pressed.",
  examples: ["retropal capture --user Ann --minutes 5 > ann.txt"],
  fields: {
    user: option("NICK", "Whose session."),
    minutes: numberOption("N", "Minutes to record; default: 10.", {
      min: 1,
      max: 1440,
    }),
    unredacted: flag(
      "Record passwords and texts as well. Respect the privacy of the users.",
    ),
  },
  role: "superadmin",
  needsServer: true,
  endless: true,
  async run(context, input) {
    if (input.user === undefined) throw refused("Name the user: --user NICK.");
    const account = findAccount(context.store, input.user);
    const redact = !input.unredacted;
    const from = context.now();
    const minutes = input.minutes ?? 10;
    context.store.transaction(() => {
      context.store.audit.add({
        at: from,
        actor: context.actor.name,
        actorUid: context.actor.uid,
        address: context.actor.address,
        action: "capture",
        target: account.nickname,
        before: null,
        after: JSON.stringify({ minutes, redact }),
      });
    });
    context.emit([
      `# ${account.nickname} (${account.uid}), ${timeText(from)}, ` +
      (redact ? "passwords and texts blanked" : "unredacted"),
      "# columns: seconds  connection  direction  type(signed)  version  " +
      "payload-hex",
    ], { begin: from, uid: account.uid, nickname: account.nickname, redact });
    let frames = 0;
    await follow(
      context,
      { uid: account.uid, payloads: true, redact },
      minutes * 60_000,
      (event) => {
        if (event.kind === "frame") frames++;
        const line = captureLine(event, from);
        if (line !== null) context.emit([line], event);
      },
    );
    return done({ frames }, `# end, ${frames} frames`);
  },
});

/** Formats a line as in tests/captures. */
function captureLine(event: TailEvent, from: number): string | null {
  const seconds = ((event.at - from) / 1000).toFixed(3);
  const head = `${seconds} CHAT#${event.session}`;
  switch (event.kind) {
    case "connect":
      return `# ${head} CONNECT`;
    case "close":
      return `# ${head} CLOSED ${oneLine(event.message ?? "")}`;
    case "frame":
      return `${head} ${event.direction} ${event.type} ${event.version} ${
        event.payload || "-"
      }`;
    default:
      return null;
  }
}

/**
 * Reports which step of the sign-on each connection reaches, for `doctor
 * --wait`.
 */
export const watchSignOns = command({
  path: ["doctor", "watch"],
  hidden: true,
  summary: "Follow sign-ons as they happen",
  examples: ["retropal doctor --wait"],
  fields: {
    minutes: numberOption("N", "For how long.", { min: 1, max: 1440 }),
  },
  role: "admin",
  needsServer: true,
  endless: true,
  async run(context, input) {
    const stop = context.live?.watchSignOns((step) => {
      context.emit([`${step.address} ${step.step}`], step);
    });
    try {
      await pause((input.minutes ?? 10) * 60_000, context.signal);
    } finally {
      stop?.();
    }
    return done(null);
  },
});
