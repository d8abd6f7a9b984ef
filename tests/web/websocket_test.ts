/**
 * Chat and voice over WebSocket on a whole server, together with TCP clients,
 * and attacks from the same address.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import {
  openVoiceLink,
  PaltalkClient,
  SignOnRefused,
  Talker,
  webSocketTransport,
} from "../../lib/client/mod.ts";
import {
  startPublishVideo,
  videoPublishTo,
} from "../../lib/protocol/packets/room_video.ts";
import { encodeRequest } from "../../lib/protocol/video_port.ts";
import { encodePictureHead } from "../../lib/video/wire_link.ts";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { serverError } from "../../lib/protocol/packets/system.ts";
import { encodeHello } from "../../lib/protocol/rtp.ts";
import { Tickets } from "../../lib/web/sockets/tickets.ts";
import { Browser } from "../support/web/site.ts";
import {
  clientFrame,
  RawWebSocket,
  Refused,
} from "../support/raw_websocket.ts";
import {
  PASSWORD,
  type WholeServer,
  withWholeServer,
} from "./support/whole_server.ts";

const ROOM = 50001;
const ORIGIN_PROXY = { "web.trusted_proxies": ["127.0.0.1"] };

const text = (value: string) => new TextEncoder().encode(value);
const portOf = (server: WholeServer) => Number(new URL(server.pages).port);

/** WebSockets of this process claim to come from the server's page. */
function transport(server: WholeServer, ticket?: string) {
  return webSocketTransport(server.pages.replace("http", "ws"), {
    ...(ticket !== undefined && { ticket: () => Promise.resolve(ticket) }),
    connect: (url, protocols) => {
      const headers = { origin: server.pages };
      return new WebSocket(url, { protocols, headers } as never);
    },
  });
}

interface Visit {
  /** Used instead of the password. */
  readonly ticket?: string;
  readonly password?: string;
}

async function browse(
  server: WholeServer,
  nickname: string,
  { ticket, password = PASSWORD }: Visit = {},
): Promise<PaltalkClient> {
  // The address that a redirect or the voice port would have; nothing may use
  // it.
  const nowhere = { host: "browser.invalid", port: 1 };
  const client = new PaltalkClient({
    ...nowhere,
    transport: transport(server, ticket),
  });
  // A ticket opens only one connection, so the uid must be known before.
  const uid = ticket && server.store.accounts.byNickname(nickname)?.uid;
  await client.signOn({ nickname, password, ...(uid && { uid }) });
  return client;
}

/** Returns a voice room with Ann in a browser, and Dan with the old client. */
async function inRoom(
  work: (
    server: WholeServer,
    ann: PaltalkClient,
    dan: PaltalkClient,
  ) => Promise<void>,
  changes: Parameters<typeof withWholeServer>[1] = {},
): Promise<void> {
  await withWholeServer(async (server) => {
    for (const name of ["Ann", "Dan", "Eve"]) await server.addUser(name);
    await using ann = await browse(server, "Ann");
    await using dan = await server.signOn("Dan");
    await ann.rooms.join(ROOM);
    await dan.rooms.join(ROOM);
    await work(server, ann, dan);
  }, changes);
}

/** The room also has lines of its own, such as a welcome. */
function lineOf({ uid }: PaltalkClient) {
  return (line: { readonly uid: number }) => line.uid === uid;
}

/** Talks until the relay has both links, then sends three frames. */
async function speaks(
  from: PaltalkClient,
  to: PaltalkClient,
): Promise<void> {
  let heard = false;
  for (let i = 0; !heard && i < 50; i++) {
    await from.voice.talk(i);
    heard = await to.voice.hear(from.uid, 100).then(() => true, () => false);
  }
  ok(heard, "nothing was heard");
  (await to.voice.channel()).heard.drain();
  for (const fill of [1, 2, 3]) {
    const said = await from.voice.talk(fill);
    const { frame, speaker } = await to.voice.hear(from.uid);
    deepEqual(frame, said.subarray(4));
    equal(speaker, from.uid);
  }
}

async function ticketFor(
  server: WholeServer,
  nickname: string,
  purpose: string,
): Promise<string> {
  const browser = new Browser(server.pages);
  await browser.signIn(nickname);
  const answer = await askTicket(server, browser, { for: purpose });
  equal(answer.status, 200, JSON.stringify(answer.json));
  return answer.json.ticket;
}

async function askTicket(
  server: WholeServer,
  { cookie }: Browser,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${server.pages}/chat/ticket`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      "content-type": "application/json",
      origin: server.pages,
      cookie,
      ...headers,
    },
  });
  return { status: response.status, json: await response.json() };
}

Deno.test("WebSocket: text goes both ways, byte for byte", () =>
  inRoom(async (_server, ann, dan) => {
    // Every byte that a line can contain.
    const line = Uint8Array.from(
      { length: 224 },
      (_, i) => i + 32,
    ).filter((byte) => byte !== 0x7b && byte !== 0x7d && byte !== 0x5c);
    await ann.rooms.say(ROOM, line);
    deepEqual((await dan.expect(roomMessageIn, lineOf(ann))).text, line);
    await dan.rooms.say(ROOM, line);
    deepEqual((await ann.expect(roomMessageIn, lineOf(dan))).text, line);
  }));

Deno.test("WebSocket: voice goes both ways, bit for bit", () =>
  inRoom(async (_server, ann, dan) => {
    await speaks(ann, dan);
    // The floor is free again after a pause; until then Dan is not heard.
    await speaks(dan, ann);
  }, { "voice.floor_pause_ms": 300 }));

Deno.test("WebSocket: a ticket from the pages signs on without a password", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    const ticket = await ticketFor(server, "Ann", "chat");
    match(ticket, /^[\w-]{22}$/);
    await using ann = await browse(server, "Ann", { ticket, password: "" });
    equal(ann.nickname, "Ann");
    await ann.settle();
    // The ticket is valid only once.
    await rejects(browse(server, "Ann", { ticket, password: "" }));
  }));

Deno.test("WebSocket: a ticket is for its own account", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    await server.addUser("Dan");
    const ticket = await ticketFor(server, "Ann", "chat");
    await rejects(
      browse(server, "Dan", { ticket, password: "wrong" }),
      SignOnRefused,
    );
  }));

Deno.test("WebSocket: a wrong password is refused, and counted as on TCP", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    await rejects(browse(server, "Ann", { password: "wrong" }), SignOnRefused);
  }));

Deno.test("WebSocket: only pages of this server may open one", () =>
  withWholeServer(async (server) => {
    const port = portOf(server);
    const origins: (string | null)[] = [
      null,
      "null",
      "",
      "http://evil.example",
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `http://127.0.0.1:${port}.evil.example`,
    ];
    for (const path of ["/ws/chat", "/ws/voice"]) {
      for (const Origin of origins) {
        await rejects(
          RawWebSocket.open(port, path, {
            Origin,
            // From a proxy that is not trusted.
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "https",
          }),
          (error: Refused) => error.status === 403,
          `${path} ${Origin}`,
        );
      }
    }
    (await RawWebSocket.open(port, "/ws/chat")).close();
    const plain = await fetch(`${server.pages}/ws/chat`);
    equal(plain.status, 426);
    await plain.body?.cancel();
  }));

Deno.test("WebSocket: behind a proxy the origin is the one that it reports", () =>
  withWholeServer(async (server) => {
    const port = portOf(server);
    const proxied = {
      "Host": "127.0.0.1:8080",
      "X-Forwarded-Host": "pal.example",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-For": "203.0.113.7",
    };
    const open = (Origin: string) =>
      RawWebSocket.open(port, "/ws/chat", { ...proxied, Origin });
    await using _socket = await open("https://pal.example");
    await until(() => server.live.sessions().length === 1);
    equal(server.live.sessions()[0]?.address, "203.0.113.7");
    await rejects(open("http://pal.example"), Refused);
    await rejects(open("https://127.0.0.1:8080"), Refused);
  }, ORIGIN_PROXY));

Deno.test("POST /chat/ticket is for members, from this server's pages", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    const stranger = new Browser(server.pages);
    equal((await askTicket(server, stranger, {})).status, 401);
    const ann = new Browser(server.pages);
    await ann.signIn("Ann");
    equal((await askTicket(server, ann, { for: "voice" })).status, 409);
    equal((await askTicket(server, ann, { for: "desk" })).status, 400);
    equal((await askTicket(server, ann, "no json")).status, 400);
    const evil = { origin: "http://evil.example" };
    equal((await askTicket(server, ann, {}, evil)).status, 403);
    const form = { "content-type": "text/plain" };
    equal((await askTicket(server, ann, {}, form)).status, 400);
    const { json } = await askTicket(server, ann, {});
    equal(json.nickname, "Ann");
    equal(json.seconds, 30);
  }));

Deno.test("Tickets are good once, for one purpose, and for 30 seconds", () => {
  const tickets = new Tickets();
  const ann = {
    purpose: "voice",
    uid: 7,
    session: 3,
    passwordHash: "",
  } as const;
  const make = () => tickets.issue(ann, 1000);
  equal(tickets.redeem(make(), "voice", 30_999)?.session, 3);
  equal(tickets.redeem(make(), "voice", 31_000), undefined);
  equal(tickets.redeem(make(), "chat", 1000), undefined);
  const twice = make();
  ok(tickets.redeem(twice, "voice", 1000));
  equal(tickets.redeem(twice, "voice", 1000), undefined);
  const many = Array.from({ length: 100 }, make);
  equal(tickets.size, 16);
  equal(new Set(many).size, 100);
  ok(tickets.redeem(many.at(-1)!, "voice", 1000));
  equal(tickets.redeem(many[0]!, "voice", 1000), undefined);
});

Deno.test("WebSocket voice: nothing opens it but a ticket", () =>
  inRoom(async (server) => {
    const port = portOf(server);
    for (
      const shown of [
        "x",
        "A".repeat(22),
        await ticketFor(server, "Ann", "chat"),
      ]
    ) {
      await rejects(
        RawWebSocket.open(port, "/ws/voice", {
          "Sec-WebSocket-Protocol": `retropal, ticket.${shown}`,
        }),
        (error: Refused) => error.status === 403,
      );
      await using socket = await RawWebSocket.open(port, "/ws/voice");
      await socket.send(clientFrame(1, text(shown)));
      equal(await socket.closeCode(), 1008);
    }
    // A hello without a ticket does not count.
    await using socket = await RawWebSocket.open(port, "/ws/voice");
    await socket.send(clientFrame(2, encodeHello(ROOM, 1000002)));
    equal(await socket.closeCode(), 1008);
  }));

Deno.test("WebSocket voice: a ticket speaks for nobody else", () =>
  inRoom(async (server, ann, dan) => {
    await using eve = await browse(server, "Eve");
    await eve.rooms.join(ROOM);
    const ticket = await ticketFor(server, "Eve", "voice");
    await using socket = await RawWebSocket.open(portOf(server), "/ws/voice");
    await socket.send(
      clientFrame(1, text(ticket)),
      clientFrame(2, encodeHello(ROOM, ann.uid)),
      clientFrame(2, new Talker(ann.uid).next(9)),
    );
    // Refused after the time for the hello.
    equal(await socket.next(), null);
    deepEqual(await dan.voice.waiting(), []);
  }));

Deno.test("WebSocket voice: behind the same address nobody hears or speaks as another", () =>
  inRoom(async (server, ann, dan) => {
    await speaks(dan, ann);
    const { host, port } = voiceOf(server);
    const posing = { host, port, gid: ROOM, uid: ann.uid };
    // Over TCP, from the address of Ann's browser.
    const link = await openVoiceLink(posing);
    const talker = new Talker(ann.uid);
    await link.talk(talker.next(5));
    // And by datagrams: with and without a hello.
    const socket = Deno.listenDatagram({
      transport: "udp",
      hostname: "127.0.0.1",
      port: 0,
    });
    const to = { transport: "udp", hostname: host, port } as const;
    await socket.send(encodeHello(ROOM, ann.uid), to);
    await socket.send(talker.next(6).subarray(4), to);
    await socket.send(talker.next(7), to);
    let leaked = 0;
    const listening = (async () => {
      for await (const _datagram of socket) leaked++;
    })();
    await link.closed;
    deepEqual(link.heard.drain(), []);
    await speaks(dan, ann);
    deepEqual(await dan.voice.waiting(), []);
    socket.close();
    await listening.catch(() => {});
    equal(leaked, 0);
  }));

Deno.test("WebSocket voice ends with the chat session", () =>
  inRoom(async (server, ann, dan) => {
    await speaks(dan, ann);
    const channel = await ann.voice.channel();
    const unused = await ticketFor(server, "Ann", "voice");
    await ann.connection.close();
    await channel.closed;
    await until(() => !server.live.isOnline(ann.uid));
    await using again = await browse(server, "Ann");
    equal(again.uid, ann.uid);
    // The ticket was for a session that has ended.
    await using socket = await RawWebSocket.open(portOf(server), "/ws/voice");
    await socket.send(clientFrame(1, text(unused)));
    equal(await socket.closeCode(), 1008);
  }));

Deno.test("WebSocket video: behind the same address nobody shows as another", () =>
  inRoom(async (server, ann) => {
    await ann.send(startPublishVideo, { gid: ROOM });
    await ann.expect(videoPublishTo);
    const endpoint = server.live.status().endpoints.video ?? "";
    const [hostname = "", port] = endpoint.split(":");
    // From the address of Ann's browser.
    const conn = await Deno.connect({ hostname, port: Number(port) });
    await conn.write(encodeRequest({ kind: "publisher hello", uid: ann.uid }));
    equal(await conn.read(new Uint8Array(16)), null, "no offset is given");
    conn.close();
    // And with another user's ticket.
    await using eve = await browse(server, "Eve");
    await eve.rooms.join(ROOM);
    const ticket = await ticketFor(server, "Eve", "video");
    await using socket = await RawWebSocket.open(portOf(server), "/ws/video");
    await socket.send(
      clientFrame(1, text(ticket)),
      clientFrame(2, encodePictureHead(ann.uid, 1000)),
      clientFrame(2, new Uint8Array(1000)),
    );
    equal(await socket.next(), null);
  }));

Deno.test("WebSocket video: ends with its chat session", () =>
  inRoom(async (server, ann) => {
    const ticket = await ticketFor(server, "Ann", "video");
    await using socket = await RawWebSocket.open(portOf(server), "/ws/video");
    await socket.send(clientFrame(1, text(ticket)));
    await ann.settle();
    await ann.close();
    ok(await socket.closeCode());
  }));

Deno.test("WebSocket chat counts against the limits of the client's address", () =>
  withWholeServer(async (server) => {
    const open = (address: string) =>
      RawWebSocket.open(portOf(server), "/ws/chat", {
        "X-Forwarded-For": address,
      });
    await using _one = await open("203.0.113.7");
    await using _two = await open("203.0.113.7");
    await using _other = await open("203.0.113.8");
    await using three = await open("203.0.113.7");
    equal(await three.closeCode(), 1013);
    equal(server.live.sessions().length, 3);
  }, { ...ORIGIN_PROXY, "limits.connections_per_address": 2 }));

Deno.test("WebSocket chat: the text beside the bytes is a ticket or a request", () =>
  withWholeServer(async (server) => {
    for (const said of ["voice", "hello", "", "x".repeat(22)]) {
      await using socket = await RawWebSocket.open(
        portOf(server),
        "/ws/chat",
      );
      await socket.send(clientFrame(1, text(said)));
      equal(await socket.closeCode(), 1003, said);
    }
  }));

Deno.test("WebSocket: a stopping server says so before it closes", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    const ann = await browse(server, "Ann");
    server.live.stop("test");
    match((await ann.expect(serverError)).text, /going down/);
    await ann.connection.closed;
  }));

function voiceOf(server: WholeServer): { host: string; port: number } {
  const [host = "", port] = server.live.status().endpoints.voice.split(":");
  return { host, port: Number(port) };
}

async function until(done: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!done()) {
    ok(performance.now() < deadline, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
