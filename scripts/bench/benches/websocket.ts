/**
 * Costs of clients over WebSocket, compared with the same number over TCP: all
 * are in one room, and some write. The same program plays both kinds.
 *
 * @module
 */
import {
  Connection,
  TCP,
  webSocketTransport,
} from "../../../lib/client/mod.ts";
import { authenticate } from "../../../lib/client/sign_on.ts";
import type { Endpoint, Transport } from "../../../lib/client/transport.ts";
import { SERVER_TYPES } from "../../../lib/protocol/packet_types.ts";
import { roomMessageOut } from "../../../lib/protocol/packets/messages.ts";
import { roomJoin } from "../../../lib/protocol/packets/rooms.ts";
import type { Bench } from "../rig/options.ts";
import { cpuMsOf } from "../rig/process.ts";
import { type Goal, measured, median, type Row } from "../rig/report.ts";
import {
  FIRST_ROOM,
  FIRST_UID,
  PASSWORD,
  type Retropal,
  startRetropal,
} from "../rig/servers.ts";

const LINES_PER_SECOND = 20;
const MOST_TIMES_AS_DEAR = 1.3;
/** Lines per second, and for how long, until V8 has compiled the fan-out. */
const WARM_UP = { rate: 50, ms: 4000 };
const SETTLE_MS = 1000;
const LINE = new Uint8Array(80).fill(0x61);

interface Crowd {
  /** Number of lines received by all clients. */
  delivered: number;
}

export const webSocket: Bench = {
  name: "websocket",
  about: "200 clients over WebSocket beside 200 over TCP: CPU of a delivery",
  async run({ rounds, ms, quick, program }) {
    const people = quick ? 50 : 200;
    const costs: Record<string, number[]> = { TCP: [], WebSocket: [] };
    for (let round = 0; round < rounds; round++) {
      for (const name of Object.keys(costs)) {
        await using server = await startRetropal({
          accounts: people,
          rooms: 1,
          program,
          web: true,
          name,
        });
        costs[name]!.push(await costOf(server, name, people, ms));
      }
    }
    const rows: Row[] = Object.entries(costs).map(([variant, values]) => ({
      variant,
      parameters: { people, "lines/s": LINES_PER_SECOND },
      values: { "us per delivery": measured(values) },
    }));
    const times = median(costs["WebSocket"]!) / median(costs["TCP"]!);
    const goal: Goal = {
      what: `${people} clients over WebSocket, beside TCP`,
      wanted: `at most ${MOST_TIMES_AS_DEAR} times the CPU`,
      got: `${times.toFixed(2)} times`,
      met: times <= MOST_TIMES_AS_DEAR,
    };
    return { rows, goals: [goal] };
  },
};

/**
 * Returns the server's CPU time, in microseconds, for each line delivered to a
 * client.
 */
async function costOf(
  server: Retropal,
  name: string,
  people: number,
  ms: number,
): Promise<number> {
  const crowd: Crowd = { delivered: 0 };
  const connections: Connection[] = [];
  for (let i = 0; i < people; i++) {
    connections.push(await enter(server, name, FIRST_UID + i, crowd));
  }
  await talk(connections, WARM_UP.rate, WARM_UP.ms);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const [cpu, delivered] = [cpuMsOf(server.pid), crowd.delivered];
  await talk(connections, LINES_PER_SECOND, ms);
  const cost = 1000 * (cpuMsOf(server.pid) - cpu) /
    (crowd.delivered - delivered);
  await Promise.all(connections.map((connection) => connection.close()));
  return cost;
}

/** Members write in turn, `rate` lines per second for `ms` milliseconds. */
async function talk(
  members: readonly Connection[],
  rate: number,
  ms: number,
): Promise<void> {
  const began = performance.now();
  for (let line = 0; performance.now() - began < ms; line++) {
    const talker = members[line % members.length]!;
    await talker.send(roomMessageOut, { gid: FIRST_ROOM, text: LINE });
    const due = began + 1000 * (line + 1) / rate;
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, due - performance.now()))
    );
  }
}

async function enter(
  server: Retropal,
  name: string,
  uid: number,
  crowd: Crowd,
): Promise<Connection> {
  let isIn = false;
  const transport = name === "TCP" ? TCP : overWebSocket(server.webPort);
  const dial = (at: Endpoint) =>
    Connection.open({
      ...at,
      transport,
      keeps: () => !isIn,
      onFrame: ({ type }) => {
        if (type === SERVER_TYPES.ROOM_MESSAGE_IN.type) crowd.delivered++;
      },
    });
  const at = { host: "127.0.0.1", port: server.chatPort };
  const credentials = { nickname: "", password: PASSWORD };
  const connection = await authenticate(dial, at, uid, credentials);
  isIn = true;
  connection.inbox.drain();
  const join = { gid: FIRST_ROOM, invisible: false, lockword: "" };
  await connection.send(roomJoin, join);
  return connection;
}

function overWebSocket(port: number): Transport {
  return webSocketTransport(`ws://127.0.0.1:${port}`, {
    connect: (url, protocols) => {
      const headers = { origin: `http://127.0.0.1:${port}` };
      // Outside browsers the program chooses the Origin header.
      return new WebSocket(url, { protocols, headers } as never);
    },
  });
}
