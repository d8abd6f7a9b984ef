import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import {
  clientFrame,
  RawWebSocket,
  Refused,
} from "../../../tests/support/raw_websocket.ts";
import {
  type HandshakeFault,
  readHandshake,
} from "../../net/websocket/handshake.ts";
import type {
  WebSocketLimits,
  WebSocketWire,
} from "../../net/websocket/wire.ts";
import { concat } from "../../protocol/bytes.ts";
import { bareResponse } from "./response.ts";
import { HttpServer } from "./server.ts";
import { Upgrade } from "./upgrade.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const LIMITS: WebSocketLimits = { maxMessage: 70_000, framesPerSecond: 200 };

/** Sends every byte that it reads back. */
async function echo(wire: WebSocketWire): Promise<void> {
  const bytes = new Uint8Array(1000);
  try {
    for (let n; (n = await wire.read(bytes)) !== null;) {
      for (let at = 0; at < n;) at += await wire.write(bytes.slice(at, n));
    }
    await wire.closeWrite();
    wire.close();
  } catch {
    // Closed by the server, or by the client.
  }
}

async function withEcho(
  work: (port: number, server: HttpServer) => Promise<void>,
  serve: (wire: WebSocketWire) => void = (wire) => void echo(wire),
  limits = LIMITS,
): Promise<void> {
  const wires = new Set<WebSocketWire>();
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    log: quiet,
    limits: () => ({ total: 1000 }),
    answer: (request, remote) => {
      const read = readHandshake(request.method, request.headers);
      return Promise.resolve(
        isFault(read)
          ? bareResponse(read.status, read.sentence, read.headers)
          : new Upgrade(read.key, read.protocols[0], remote, limits, (wire) => {
            wires.add(wire);
            serve(wire);
          }),
      );
    },
  });
  try {
    await work(server.addr.port, server);
  } finally {
    await server.shutdown(100);
    for (const wire of wires) await wire.end(1001, "").catch(() => {});
  }
}

function isFault(read: object): read is HandshakeFault {
  return "status" in read;
}

const bytes = (length: number) =>
  Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));

Deno.test("WebSocket: a browser's client gets every byte back, in order", () =>
  withEcho(async (port) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/any`, ["one", "two"]);
    socket.binaryType = "arraybuffer";
    const sent = bytes(200_000);
    const received: Uint8Array[] = [];
    let count = 0;
    const all = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => {
      received.push(new Uint8Array(data));
      count += data.byteLength;
      if (count === sent.length) all.resolve();
    };
    await new Promise((resolve) => socket.onopen = resolve);
    equal(socket.protocol, "one");
    for (let at = 0; at < sent.length; at += 50_000) {
      socket.send(sent.subarray(at, at + 50_000));
    }
    await all.promise;
    deepEqual(concat(received), sent);
    const closed = new Promise<CloseEvent>((resolve) =>
      socket.onclose = resolve
    );
    socket.close(3000, "enough");
    const { code, wasClean } = await closed;
    ok(wasClean);
    equal(code, 3000);
  }));

Deno.test("WebSocket: an invalid handshake is refused", () =>
  withEcho(async (port) => {
    const faults: [Record<string, string | null>, number][] = [
      [{ "Upgrade": null }, 426],
      [{ "Upgrade": "h2c" }, 426],
      [{ "Connection": "close" }, 426],
      [{ "Sec-WebSocket-Version": "8" }, 426],
      [{ "Sec-WebSocket-Key": null }, 400],
      [{ "Sec-WebSocket-Key": "short" }, 400],
      [{ "Sec-WebSocket-Protocol": "a b" }, 400],
    ];
    for (const [headers, status] of faults) {
      await rejects(
        RawWebSocket.open(port, "/", {
          ...headers,
          "Connection": headers["Connection"] ?? "Upgrade, close",
        }),
        (error: Refused) => error.status === status,
        JSON.stringify(headers),
      );
    }
  }));

Deno.test("WebSocket: extensions are not accepted", () =>
  withEcho(async (port) => {
    await using socket = await RawWebSocket.open(port, "/", {
      "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    });
    ok(!/extensions/i.test(socket.head));
    await socket.send(clientFrame(2, bytes(10), { rsv: 4 }));
    equal(await socket.closeCode(), 1002);
  }));

Deno.test("WebSocket: a frame that came with the handshake is read", () =>
  withEcho(async (port) => {
    const first = clientFrame(2, bytes(300));
    await using socket = await RawWebSocket.open(port, "/", {}, first);
    deepEqual((await socket.next())?.payload, bytes(300));
  }));

Deno.test("WebSocket: frames in single bytes and in fragments are read", () =>
  withEcho(async (port) => {
    await using socket = await RawWebSocket.open(port, "/");
    for (const byte of clientFrame(2, bytes(20))) {
      await socket.send(Uint8Array.of(byte));
    }
    deepEqual((await socket.next())?.payload, bytes(20));
    await socket.send(
      clientFrame(2, bytes(5), { fin: false }),
      clientFrame(9, bytes(3)),
      clientFrame(0, bytes(4), { fin: false }),
      clientFrame(0, bytes(6)),
    );
    const frames = [await socket.next(), await socket.next()];
    const pong = frames.find((frame) => frame?.opcode === 10);
    const data = frames.find((frame) => frame?.opcode === 2);
    deepEqual(pong?.payload, bytes(3));
    deepEqual(data?.payload, concat([bytes(5), bytes(4), bytes(6)]));
  }));

Deno.test("WebSocket: violations end it with the code of the standard", () =>
  withEcho(async (port) => {
    const violations: [string, Uint8Array[], number][] = [
      ["not masked", [clientFrame(2, bytes(5), { masked: false })], 1002],
      ["unknown opcode", [clientFrame(5, bytes(5))], 1002],
      ["continues nothing", [clientFrame(0, bytes(5))], 1002],
      ["long control frame", [clientFrame(9, bytes(126))], 1002],
      ["split control frame", [clientFrame(9, bytes(1), { fin: false })], 1002],
      ["bad close code", [clientFrame(8, Uint8Array.of(3, 0))], 1002],
      ["text", [clientFrame(1, new TextEncoder().encode("hi"))], 1003],
      ["bad UTF-8", [clientFrame(1, Uint8Array.of(0xff))], 1007],
      ["too long", [clientFrame(2, bytes(LIMITS.maxMessage + 1))], 1009],
      [
        "too long in fragments",
        [
          clientFrame(2, bytes(50_000), { fin: false }),
          clientFrame(0, bytes(50_000)),
        ],
        1009,
      ],
      [
        "too many fragments",
        [
          clientFrame(2, bytes(1), { fin: false }),
          ...Array.from(
            { length: 100 },
            () => clientFrame(0, bytes(0), { fin: false }),
          ),
        ],
        1008,
      ],
    ];
    for (const [name, frames, code] of violations) {
      await using socket = await RawWebSocket.open(port, "/");
      await socket.send(...frames);
      equal(await socket.closeCode(), code, name);
      equal(await socket.next(), null, `${name}: the connection ends`);
    }
  }));

Deno.test("WebSocket: floods of empty frames are charged to the sender", () =>
  withEcho(async (port) => {
    for (const opcode of [2, 9, 10]) {
      await using socket = await RawWebSocket.open(port, "/");
      const one = clientFrame(opcode, bytes(0));
      await socket.send(...Array.from({ length: 2000 }, () => one));
      equal(await socket.closeCode(), 1008);
    }
    // The same number of frames, spread over time, is accepted.
    await using socket = await RawWebSocket.open(port, "/");
    for (let i = 0; i < 500; i++) {
      await socket.send(clientFrame(2, Uint8Array.of(i)));
    }
    let count = 0;
    while (count < 500) count += (await socket.next())!.payload.length;
  }));

Deno.test("WebSocket: a peer that reads nothing blocks the writer instead of using memory", () => {
  const blocked = Promise.withResolvers<number>();
  const flood = async (wire: WebSocketWire) => {
    let written = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        clearTimeout(timer);
        timer = setTimeout(() => blocked.resolve(written), 300);
        written += await wire.write(bytes(100_000));
      }
    } catch {
      clearTimeout(timer);
    }
  };
  return withEcho(async (port) => {
    await using _socket = await RawWebSocket.open(port, "/");
    ok(await blocked.promise < 16_000_000);
  }, (wire) => void flood(wire));
});

Deno.test("WebSocket: shutdown of the pages leaves it open", () =>
  withEcho(async (port, server) => {
    await using socket = await RawWebSocket.open(port, "/");
    const began = performance.now();
    await server.shutdown(5000);
    ok(performance.now() - began < 2000);
    await socket.send(clientFrame(2, bytes(9)));
    deepEqual((await socket.next())?.payload, bytes(9));
  }));

Deno.test("WebSocket: silence is asked, and then ended", () => {
  const wires: WebSocketWire[] = [];
  return withEcho(async (port) => {
    await using socket = await RawWebSocket.open(port, "/");
    const [wire] = wires;
    const now = performance.now();
    wire!.tick(now + 20_000);
    wire!.tick(now + 30_000);
    wire!.tick(now + 31_000);
    equal((await socket.next())?.opcode, 9);
    await socket.send(clientFrame(10, bytes(0)), clientFrame(2, bytes(1)));
    equal((await socket.next())?.opcode, 2, "one ping, then the echo");
    wire!.tick(performance.now() + 70_000);
    equal(await socket.next(), null);
  }, (wire) => {
    wires.push(wire);
    void echo(wire);
  });
});

Deno.test("WebSocket: a reason can be given with the end", () =>
  withEcho(async (port) => {
    await using socket = await RawWebSocket.open(port, "/");
    const frame = await socket.next();
    equal(frame?.opcode, 8);
    match(new TextDecoder().decode(frame?.payload.subarray(2)), /too many/);
  }, (wire) => void wire.end(1013, "too many")));
