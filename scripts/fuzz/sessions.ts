/**
 * Whole sessions: clients, some of them staff, send the output of grammar and
 * mutations to the real dispatch table, handlers, world, fan-out and store. No
 * handler may fail, no frame may break the real client, and the server's state
 * must stay consistent.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withStore } from "../../tests/support/db/temp.ts";
import {
  TestChat,
  type TestClient,
} from "../../tests/support/chat/test_chat.ts";
import { hex } from "../../lib/protocol/bytes.ts";
import type { Corpus, Input } from "./corpus.ts";
import { compose, type Surroundings } from "./grammar.ts";
import { mutate } from "./mutate.ts";
import type { Random } from "./random.ts";

const NICKNAMES = ["Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Mona", "Root"];
/** Frames sent to one server before a new, empty one is started. */
const FRAMES_PER_SERVER = 5000;
const CHECK_EVERY = 250;
const REMEMBERED = 12;

export interface SessionReport {
  frames: number;
  /** Problems found, with the frames that led to them. */
  readonly faults: string[];
}

/** Sends `frames` frames; stops at the first fault. */
export async function fuzzSessions(
  frames: number,
  random: Random,
  corpus: Corpus,
  progress: (done: number) => void = () => {},
): Promise<SessionReport> {
  const report: SessionReport = { frames: 0, faults: [] };
  while (report.frames < frames && report.faults.length === 0) {
    const some = Math.min(FRAMES_PER_SERVER, frames - report.frames);
    await withStore((store) =>
      new Crowd(new TestChat(store, SETTINGS), random, corpus).run(some, report)
    );
    progress(report.frames);
  }
  return report;
}

const SETTINGS = {
  "auth.registration": "open",
  "messages.away_reply": true,
} as const;

class Crowd {
  readonly #clients: TestClient[] = [];
  readonly #latest: string[] = [];
  #around!: Surroundings;

  constructor(
    readonly chat: TestChat,
    readonly random: Random,
    readonly corpus: Corpus,
  ) {}

  async run(frames: number, report: SessionReport): Promise<void> {
    const { chat, random } = this;
    try {
      for (const nickname of NICKNAMES) {
        const role = nickname === "Root"
          ? "superadmin"
          : nickname === "Mona"
          ? "moderator"
          : "user";
        this.#clients.push(await chat.signOn(nickname, { role }));
      }
      this.#lookAround();
      for (let n = 0; n < frames; n++) {
        await this.#one();
        report.frames++;
        if (n % CHECK_EVERY === 0) {
          checkWorld(chat);
          this.#lookAround();
          chat.forget();
        }
        chat.now += random.below(200);
      }
      checkWorld(chat);
    } catch (error) {
      report.faults.push([
        error instanceof Error ? error.stack ?? error.message : `${error}`,
        ...this.#latest,
      ].join("\n"));
    }
  }

  async #one(): Promise<void> {
    const { chat, random } = this;
    const at = random.below(this.#clients.length);
    let client = this.#clients[at]!;
    if (client.closed !== undefined || random.oneIn(400)) {
      if (client.closed === undefined) client.hangUp();
      client = this.#clients[at] = random.oneIn(4)
        ? chat.connect()
        : await chat.signOn(NICKNAMES[at]!).catch(() => chat.connect());
      chat.forget();
      return;
    }
    const input = this.#input();
    this.#latest.push(
      `${client.session.id} ${client.session.nickname}: ${input.type} ${
        hex(input.payload.subarray(0, 2000))
      }`,
    );
    if (this.#latest.length > REMEMBERED) this.#latest.shift();
    const { phase } = client.session;
    const logged = chat.log.length;
    client.take();
    const { handlerErrors } = chat.services.counters;
    await client.sendBytes(input.type, input.payload);
    const errors = chat.services.counters.handlerErrors - handlerErrors;
    assert.equal(errors, 0, JSON.stringify(chat.log.at(-1)));
    const did = [
      phase,
      input.type,
      ...new Set(client.takeNames().slice(0, 3)),
      ...new Set(chat.log.slice(logged).map(({ message }) => message)),
    ].join(" ");
    this.corpus.learn(did, input);
  }

  #input(): Input {
    const { random, corpus } = this;
    if (random.oneIn(3)) return compose(random, this.#around);
    const known = random.oneIn(3)
      ? compose(random, this.#around)
      : random.pick(corpus.frames);
    if (random.oneIn(5)) return known;
    const type = random.oneIn(50) ? (random.next() << 16) >> 16 : known.type;
    return { type, payload: mutate(known.payload, random).subarray(0, 65_535) };
  }

  #lookAround(): void {
    const { world } = this.chat;
    this.#around = {
      uids: [...this.#clients.map(({ uid }) => uid), 1000001, 0xffffffff],
      gids: [...world.rooms.keys()],
      nicknames: [
        ...NICKNAMES,
        "Paltalk",
        ...[...world.rooms.values()].map(({ name }) => name),
      ],
    };
  }
}

/** Checks that state stored in two places is the same in both. */
export function checkWorld(chat: TestChat): void {
  const { world } = chat;
  for (const room of world.rooms.values()) {
    for (const [uid, member] of room.members) {
      const { session } = member;
      assert.equal(session.phase, "online", `${uid} in ${room.gid} is gone`);
      assert.equal(session.uid, uid);
      assert.equal(world.online.get(uid), session);
      assert.ok(
        session.rooms.has(room.gid),
        "the session does not know that it is there",
      );
    }
    for (const uid of room.hands) {
      assert.ok(room.members.has(uid), "a hand of nobody");
    }
    if (!room.permanent && room.members.size === 0) {
      assert.ok(room.isWaiting, `temporary room ${room.gid} is empty`);
    }
  }
  for (const [uid, session] of world.online) {
    assert.equal(session.uid, uid);
    for (const gid of session.rooms) {
      const room = world.rooms.get(gid);
      assert.ok(room !== undefined, "the session is in a room that is gone");
      assert.equal(room.members.get(uid)?.session, session);
    }
    for (const pal of session.pals) {
      assert.ok(
        [...world.watchers(pal)].includes(session),
        "a pal is not watched",
      );
    }
  }
}
