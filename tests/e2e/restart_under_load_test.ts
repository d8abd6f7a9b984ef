import assert from "node:assert/strict";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { hex } from "../../lib/protocol/bytes.ts";
import {
  imIn,
  newStyleIm,
  roomMessageIn,
  roomMessageOut,
} from "../../lib/protocol/packets/messages.ts";
import { roomJoin } from "../../lib/protocol/packets/rooms.ts";
import { serverError } from "../../lib/protocol/packets/system.ts";
import { Malformed } from "../../lib/protocol/layout.ts";
import type { Frame } from "../../lib/protocol/frame.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { withoutPrefix } from "../../lib/client/mod.ts";
import { UNAWARE, withLastWords } from "../support/leaving.ts";
import { tuneIn } from "../support/voice.ts";
import { testAlone } from "../support/cluster_servers.ts";
import { FIRST_UID, TestServer } from "../support/server.ts";

/** Two voice rooms, and a text room with all users. */
const VOICE = [50001, 600];
const TEXT = 50002;
const PEOPLE = Array.from({ length: 20 }, (_, i) => `User${i + 1}`);
const LONGEST_MS = 30_000;

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));

interface Said {
  readonly text: string;
  /**
   * Whether this is the last line written before the client noticed the end of
   * the connection, so it may have been lost.
   */
  maybe?: boolean;
}

/** The numbered lines of one user, or their messages to another. */
class Script {
  readonly said: Said[] = [];

  constructor(readonly name: string) {}

  next(): Said {
    const one = { text: `${this.name} ${this.said.length}` };
    this.said.push(one);
    return one;
  }

  /**
   * Asserts that everything arrived once and in order, and doubtful lines at
   * most once.
   */
  check(heard: readonly string[], by: string): void {
    const mine = heard.filter((text) =>
      text.slice(0, text.lastIndexOf(" ")) === this.name
    );
    const wanted = this.said.filter(({ text, maybe }) =>
      !maybe || mine.includes(text)
    );
    assert.deepEqual(mine, wanted.map(({ text }) => text), `heard by ${by}`);
  }
}

/**
 * One of the twenty users. Those with even numbers notice the end of their
 * connection only when they send, like the real client; the others see the FIN,
 * send one more line, and close.
 */
class Person {
  client!: PaltalkClient;
  readonly lines: Script;
  readonly messages: Script;
  readonly frames: Frame[] = [];
  readonly isAware: boolean;
  back = false;
  lastWords = 0;
  #doubtful: Said[] = [];

  constructor(readonly number: number, readonly server: () => TestServer) {
    this.lines = new Script(`line of ${number}`);
    this.messages = new Script(`message of ${number}`);
    this.isAware = number % 2 === 1;
  }

  get name(): string {
    return PEOPLE[this.number]!;
  }

  get uid(): number {
    return FIRST_UID + this.number;
  }

  get voiceRoom(): number {
    return VOICE[this.number % 4 === 3 ? 1 : 0]!;
  }

  get friend(): number {
    return FIRST_UID + (this.number + 7) % PEOPLE.length;
  }

  async signOn(): Promise<void> {
    this.client = await this.server().signOn(this.name, {
      uid: this.uid,
      transport: this.isAware
        ? withLastWords(() => this.#lastWords())
        : UNAWARE,
    });
  }

  #lastWords(): Uint8Array {
    this.lastWords++;
    const text = encodeText(this.lines.next().text);
    return roomMessageOut.frame({ gid: TEXT, text });
  }

  /** Writes at its own pace throughout the restart, until it is stopped. */
  async live(until: () => boolean): Promise<void> {
    for (let turn = 0; !until(); turn++) {
      await pause(150 + (this.number * 37 + turn * 91) % 300);
      const said = this.#next(turn);
      if (this.isAware && !this.client.connection.isOpen) {
        await this.comeBack(said);
        continue;
      }
      try {
        await said.send();
        this.#doubtful = [said.said];
      } catch {
        for (const one of this.#doubtful) one.maybe = !this.isAware;
        // The client holds this line back and sends it after sign-on.
        await this.comeBack(said);
      }
    }
  }

  #next(turn: number): { said: Said; send: () => Promise<void> } {
    if (turn % 3 === 2) {
      const said = this.messages.next();
      return {
        said,
        send: () => this.client.people.im(this.friend, said.text),
      };
    }
    const said = this.lines.next();
    return { said, send: () => this.client.rooms.say(TEXT, said.text) };
  }

  /** Like the client: signs on, sends the pending line, rejoins. */
  async comeBack(pending: { send: () => Promise<void> }): Promise<void> {
    this.frames.push(...this.client.received);
    await this.client.close();
    await pause((this.number * 53) % 700);
    const deadline = Date.now() + LONGEST_MS;
    for (;;) {
      try {
        await this.signOn();
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(50);
      }
    }
    await pending.send();
    for (const gid of [this.voiceRoom, TEXT]) {
      await this.client.send(roomJoin, { gid, invisible: false, lockword: "" });
    }
    await this.client.settle();
    this.back = true;
  }

  texts(): { lines: string[]; messages: string[] } {
    const frames = [...this.frames, ...this.client.received];
    const parsed = <T>(
      packet: { type: number; parse(payload: Uint8Array): T | Malformed },
      frame: Frame,
    ) => {
      const value = frame.type === packet.type
        ? packet.parse(frame.payload)
        : undefined;
      return value instanceof Malformed ? undefined : value;
    };
    const lines: string[] = [];
    const messages: string[] = [];
    for (const frame of frames) {
      const line = parsed(roomMessageIn, frame);
      if (line?.gid === TEXT && line.uid !== 0) {
        const text = decodeText(line.text);
        if (!text.startsWith("line of")) continue;
        lines.push(text);
        const who = FIRST_UID + Number(text.split(" ")[2]);
        assert.equal(line.uid, who, `"${text}" is shown as its writer's`);
      }
      const message = parsed(imIn, frame) ?? parsed(newStyleIm, frame);
      if (message !== undefined) messages.push(decodeText(message.text));
    }
    return { lines, messages };
  }
}

/** Talks all the time while there is a link. */
async function keepTalking(
  person: Person,
  until: () => boolean,
): Promise<number> {
  let spoken = 0;
  while (!until()) {
    await pause(80);
    // A client that has left never gets a link again.
    await Promise.race([
      person.client.voice.talk(spoken & 0x7f).then(() => spoken++, () => {}),
      pause(500),
    ]);
  }
  return spoken;
}

// With gateways no connection closes at a restart: see core_change_test.ts.
testAlone(
  "a restart under twenty people who write and talk loses and doubles nothing",
  async () => {
    let server = await TestServer.start({
      users: PEOPLE,
      settings: {
        "limits.connections_per_address": "200",
        "voice.floor_pause_ms": "200",
      },
    });
    const people = PEOPLE.map((_, i) => new Person(i, () => server));
    for (const person of people) {
      await person.signOn();
      await person.client.rooms.join(person.voiceRoom);
      await person.client.rooms.join(TEXT);
    }
    const inRoom = (gid: number) =>
      people.filter(({ voiceRoom }) => voiceRoom === gid);
    const speakers = VOICE.map((gid) => inRoom(gid)[0]!);
    for (const gid of VOICE) {
      const [speaker, ...others] = inRoom(gid).map(({ client }) => client);
      await tuneIn(speaker!, ...others);
    }
    for (const { client } of people) client.received.length = 0;

    let over = false;
    const lives = people.map((person) => person.live(() => over));
    const talking = speakers.map((person) => keepTalking(person, () => over));
    await pause(1500);
    const asked = Date.now();
    await server.run("restart", "--force");
    assert.equal(await server.exited(), 75);
    assert.match(server.log.text, /planned restart/);
    server = await server.restart();
    assert.ok(Date.now() - asked < 20_000);
    const deadline = Date.now() + LONGEST_MS;
    while (!people.every(({ back }) => back)) {
      assert.ok(Date.now() < deadline, "all are back");
      await pause(50);
    }
    await pause(1500);
    over = true;
    await Promise.all(lives);
    const spoken = await Promise.all(talking);
    assert.ok(spoken.every((count) => count > 10), `spoken: ${spoken}`);
    for (const { client } of people) await client.settle();
    for (const { client } of people) await client.settle();

    // The texts of all users.
    const heard = people.map((person) => ({ person, ...person.texts() }));
    for (const { person, lines, messages } of heard) {
      for (const other of people) {
        if (other !== person) other.lines.check(lines, person.name);
        if (other.friend === person.uid) {
          other.messages.check(messages, person.name);
        }
      }
    }
    // No program was closed, and all of them can hear.
    for (const { client, frames, isAware, lastWords } of people) {
      assert.equal(lastWords, isAware ? 1 : 0);
      assert.ok(!frames.some(({ type }) => type === serverError.type));
      assert.equal(client.voice.health.poison, undefined);
    }
    // Voice arrives from each user at all others in the room, bit for bit.
    for (const gid of VOICE) {
      const members = inRoom(gid).map(({ client }) => client);
      for (const speaker of [members[0]!, members.at(-1)!]) {
        const listeners = members.filter((one) => one !== speaker);
        await tuneIn(speaker, ...listeners);
        const frame = await speaker.voice.talk(5);
        for (const listener of listeners) {
          const { frame: came } = await listener.voice.hear(speaker.uid);
          assert.equal(hex(came), hex(withoutPrefix(frame)));
        }
      }
    }
    for (const { client } of people) await client.close();
    await server[Symbol.asyncDispose]();
  },
);
