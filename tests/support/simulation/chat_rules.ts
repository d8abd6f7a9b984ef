/**
 * The chat server's own rooms, handlers, fan-out and records for the
 * simulation: behind a hub, with lines of gateways, and as the oracle in one
 * process with lines of its own. Everything but sign-on and sockets is the
 * product's.
 *
 * @module
 */
import { Context, type Services } from "../../../lib/chat/context.ts";
import { depart } from "../../../lib/chat/departure.ts";
import type { Line, LineHandler } from "../../../lib/chat/edge/line.ts";
import { RemoteLines } from "../../../lib/chat/edge/remote.ts";
import { Fanout } from "../../../lib/chat/fanout.ts";
import { PacketHandler } from "../../../lib/chat/packet_handler.ts";
import { permits } from "../../../lib/chat/permits.ts";
import type { Collected } from "../../../lib/cluster/entry.ts";
import type { GatewayLife, Hub, Rules } from "../../../lib/cluster/hub.ts";
import type { LogState } from "../../../lib/cluster/log_state.ts";
import { Places } from "../../../lib/cluster/places.ts";
import { Records } from "../../../lib/cluster/records.ts";
import { restoreWorld } from "../../../lib/cluster/restore.ts";
import type { Message } from "../../../lib/cluster/wire.ts";
import type { Effect } from "../../../lib/domain/effects.ts";
import { Session } from "../../../lib/domain/session.ts";
import type { Store } from "../../../lib/domain/store.ts";
import type { Endpoint } from "../../../lib/net/wire.ts";
import { hex, unhex } from "../../../lib/protocol/bytes.ts";
import { CLIENT_TYPES } from "../../../lib/protocol/packet_types.ts";
import { TestChat, u32 } from "../chat/test_chat.ts";
import { acceptedBy } from "./auditor.ts";
import type { Dice } from "./clock.ts";
import { keyOf, type SessionKey } from "./rooms.ts";

const VERSION = 82;
export const CHAT_ROOMS = [61_001, 61_002, 61_003];
/** Accounts that people of one run are given in turn. */
export const MOST_ACCOUNTS = 300;

/** Accounts and rooms of all runs. Nothing that people do changes them. */
export function fill(store: Store): void {
  store.transaction(() => {
    for (let n = 0; n < MOST_ACCOUNTS; n++) {
      store.accounts.create({
        nickname: `sim${n}`,
        passwordHash: "!",
        createdAt: 0,
      });
    }
    for (const gid of CHAT_ROOMS) {
      store.rooms.create({
        gid,
        name: `Room ${gid}`,
        category: 30018,
        type: 0,
        createdAt: 0,
      });
    }
  });
}

/** What a person asks next, as "type payload". */
export function chatRequest(dice: Dice, word: number): string {
  const room = u32(dice.pick(CHAT_ROOMS));
  const text = (words: string) => hex(new TextEncoder().encode(words));
  const ask = (name: keyof typeof CLIENT_TYPES, payload: string) =>
    `${CLIENT_TYPES[name].type} ${payload.replaceAll(" ", "")}`;
  const roll = dice.next();
  if (roll < 0.3) return ask("ROOM_JOIN", `${room}00000000082a`);
  if (roll < 0.36) return ask("ROOM_LEAVE", room);
  if (roll < 0.4) return ask("AWAY_MODE", text(`away ${word}`));
  if (roll < 0.43) return ask("ONLINE_MODE", "");
  return ask("ROOM_MESSAGE_OUT", room + text(`line ${word}`));
}

export const packetOf = (request: string) => {
  const [type = "", payload = ""] = request.split(" ");
  return { type: Number(type), version: VERSION, payload: unhex(payload) };
};

/** Sessions, rooms and handlers, without sockets. */
class SmallChat {
  readonly services: Services;
  readonly lines = new Map<number, Line>();
  readonly #fanout: Fanout;
  readonly #heard: (effects: readonly Effect[]) => void;
  readonly #ended: (session: Session) => void;
  readonly #system = new Session(0, "", "", 0);
  #nextId = 1;

  constructor(
    store: Store,
    heard: (effects: readonly Effect[]) => void,
    ended: (session: Session) => void,
  ) {
    this.#heard = heard;
    this.#ended = ended;
    const { services } = new TestChat(store);
    this.services = {
      ...services,
      settleRoom: (room) => this.#fanout.settleRoom(room),
      act: (work) => this.act(work),
    };
    this.#fanout = new Fanout({
      line: (id) => this.lines.get(id),
      room: (gid) => this.services.world.rooms.get(gid),
      voice: () => {},
      video: () => {},
      permits: (to, frame) => permits(this.services, to, frame),
    });
  }

  act<T>(work: (ctx: Context) => T): T {
    const ctx = new Context(this.services, this.#system);
    try {
      return work(ctx);
    } finally {
      this.#perform(ctx);
    }
  }

  #perform({ out: { list } }: Context): void {
    this.#heard(list);
    this.#fanout.perform(list);
    this.#fanout.flush();
  }

  open(
    line: Line,
    remote: Endpoint,
    local: Endpoint,
    again?: Pick<Session, "id" | "connectedAt">,
  ): LineHandler {
    const id = again?.id ?? this.#nextId;
    this.#nextId = Math.max(this.#nextId, id + 1);
    const session = new Session(id, remote.host, local.host, 0);
    this.lines.set(id, line);
    return new PacketHandler(line, session, this.services, {
      perform: (ctx) => this.#perform(ctx),
      ended: (session) => {
        this.lines.delete(session.id);
        this.#ended(session);
        this.act((ctx) => depart(ctx, session));
      },
      expel: () => {},
      frameIn: () => {},
      frameOut: () => {},
    });
  }

  /** Signs a session on; the port of its client says who it is. */
  signOn(session: Session, { port }: Endpoint): void {
    const { store, world } = this.services;
    session.account = store.accounts.byNickname(`sim${port}`)!;
    session.clientVersion = VERSION;
    world.signOn(session, [], []);
  }
}

/** A core's rules. */
export class ChatRules implements Rules {
  readonly #hub: Hub;
  readonly #chat: SmallChat;
  readonly #lines: RemoteLines;
  readonly #records: Records;
  readonly #places: Places;

  constructor(hub: Hub, epoch: number, store: Store) {
    this.#hub = hub;
    this.#chat = new SmallChat(
      store,
      (effects) => this.#performed(effects),
      ({ id }) => this.#records.touch(id),
    );
    const { world, clock } = this.#chat.services;
    this.#lines = new RemoteLines({
      open: (...line) => this.#chat.open(...line),
      forget: ({ id }) => this.#chat.lines.delete(id),
      touch: ({ id }) => this.#records.touch(id),
      firstMark: epoch * 2 ** 20,
      now: () => 0,
      onPacketOut: () => {},
      push: (gateway, message) => hub.push(gateway, message),
      onError: (_, error) => {
        throw error;
      },
    });
    this.#records = new Records({
      world,
      session: (id) => this.#chat.lines.get(id)?.session,
      sessions: () => this.#chat.lines.keys(),
      place: (session) => this.#lines.placeOf(session),
      voiceAt: () => undefined,
      now: clock,
    });
    this.#places = new Places(
      (session) => this.#lines.gatewayOf.get(session),
      () => 0,
      "core",
    );
  }

  handle(from: GatewayLife, message: Message): void {
    const what = acceptedBy(from, message, requestOf);
    if (what === undefined) return;
    this.#hub.push(...what);
    this.#lines.take(from.gateway, message);
    if (message.what !== "open") return;
    const { session } = [...this.#chat.lines.values()].at(-1)!;
    this.#chat.signOn(session, message.remote);
    this.#records.touch(session.id);
  }

  lost({ gateway, life }: GatewayLife): void {
    this.#hub.push(...acceptedBy({ gateway, life })!);
    this.#lines.lost(gateway);
  }

  restore(state: LogState): void {
    this.#records.restore(state.records);
    restoreWorld(state, {
      services: this.#chat.services,
      lines: this.#lines,
      places: this.#places,
    });
  }

  collect(): Collected | undefined {
    this.#lines.seal();
    const records = this.#records.collect();
    return records.length === 0 ? undefined : { records };
  }

  #performed(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.#records.touch(effect.to);
      if (effect.kind === "close") this.#records.touch(effect.session);
      if (effect.kind === "room") this.#records.touchRoom(effect.gid);
      if (effect.kind === "voice") this.#records.touchRoom(effect.change.gid);
    }
  }
}

const requestOf = (
  { type, payload }: Extract<Message, { what: "packet" }>,
): string => `${type} ${hex(payload)}`;

/** The same chat in one process, told what was accepted. */
export class ChatOracle {
  readonly expected = new Map<SessionKey, string[]>();
  readonly #chat: SmallChat;
  readonly #handlers = new Map<SessionKey, LineHandler>();

  constructor(store: Store) {
    this.#chat = new SmallChat(store, () => {}, () => {});
  }

  open(key: SessionKey, port: number): void {
    const received: string[] = [];
    this.expected.set(key, received);
    const endpoint = { host: "192.0.2.1", port };
    const line = new PlainLine(received) as unknown as Line;
    const handler = this.#chat.open(line, endpoint, endpoint);
    Object.assign(line, { session: handler.session });
    this.#handlers.set(key, handler);
    this.#chat.signOn(handler.session, endpoint);
  }

  request(key: SessionKey, request: string): void {
    const handler = this.#handlers.get(key);
    if (handler === undefined) return;
    const { type, version, payload } = packetOf(request);
    handler.session.packetCame();
    handler.session.clientVersion = version;
    handler.packet(type, payload, 0);
  }

  close(key: SessionKey): void {
    const handler = this.#handlers.get(key);
    this.#handlers.delete(key);
    handler?.ended("");
  }

  closeAll(gateway: GatewayLife): void {
    const prefix = keyOf(gateway, 0).slice(0, -1);
    for (const key of [...this.#handlers.keys()]) {
      if (key.startsWith(prefix)) this.close(key);
    }
  }
}

/** A line that keeps what is written. */
class PlainLine {
  constructor(readonly received: string[]) {}

  push(frames: Uint8Array): boolean {
    this.received.push(hex(frames));
    return false;
  }

  flush(): void {}
  hold(): void {}
  answered(): void {}
  signedOn(): void {}
  close(): Promise<void> {
    return Promise.resolve();
  }
}
