/**
 * Users during a soak test: normal ones who come and go, talk and write, and
 * hostile ones.
 *
 * @module
 */
import { concat } from "../../lib/protocol/bytes.ts";
import type { Frame } from "../../lib/protocol/frame.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import {
  encodeHello,
  encodeVoiceFrame,
  speakerOf,
} from "../../lib/protocol/rtp.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { packet, Peer, u32 } from "../../tests/reliability/support/peer.ts";
import type { Ledger } from "./ledger.ts";
import type { Place } from "./place.ts";

export interface Surroundings {
  readonly place: Place;
  readonly ledger: Ledger;
  /** Uids of the normal users. */
  readonly people: readonly number[];
  /** Text rooms and voice rooms. */
  readonly rooms: readonly number[];
  readonly voiceRooms: readonly number[];
  /** Set when everybody should leave. */
  stopping: boolean;
}

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
const below = (most: number) => Math.floor(Math.random() * most);
const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)]!;
const word = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** A user who writes, reads, signs off and returns. */
export class Person {
  readonly #here: Surroundings;
  /**
   * Number of the current visit; lines are counted from the start of each
   * visit.
   */
  #epoch = 0;
  readonly #sent = new Map<number, number>();
  /** Number of the last line by room, speaker and epoch. */
  readonly #heard = new Map<string, number>();

  constructor(here: Surroundings, readonly uid: number) {
    this.#here = here;
  }

  async live(): Promise<void> {
    while (!this.#here.stopping) {
      try {
        await this.visit(2000 + below(15_000));
      } catch {
        // The server is restarting.
      }
      await pause(below(2000));
    }
  }

  /** Signs on and stays for about `ms` milliseconds. */
  async visit(ms: number): Promise<void> {
    const { place, ledger, rooms, people } = this.#here;
    const peer = await Peer.connect(place.chat);
    peer.onFrame = (frame) => this.#read(frame);
    try {
      await peer.signOn(this.uid);
      ledger.signOns++;
      this.#epoch++;
      this.#sent.clear();
      const mine = rooms.filter(() => below(2) === 0).slice(0, 4);
      for (const gid of mine) await peer.join(gid);
      const until = Date.now() + ms;
      while (Date.now() < until && !peer.closed && ms > 0) {
        if (this.#here.stopping) break;
        await this.#something(peer, mine, people);
        await pause(50 + below(400));
      }
      await peer.send("BYE");
      await peer.ended();
    } finally {
      peer.close();
      for (const hazard of peer.hazards) {
        ledger.fault(`to ${this.uid}: ${hazard}`);
      }
    }
  }

  async #something(peer: Peer, mine: number[], people: readonly number[]) {
    const { ledger } = this.#here;
    const n = below(10);
    if (n < 5 && mine.length > 0) {
      const gid = pick(mine);
      await peer.send("ROOM_MESSAGE_OUT", u32(gid), this.#numbered(gid));
      ledger.lines++;
    } else if (n < 8) {
      const texts = [pick(people), pick(people)].filter((to) => to !== this.uid)
        .map((to) => ({ to, text: ledger.write(this.uid, to) }));
      for (const { to, text } of texts) {
        await peer.send("IM_OUT", u32(to), text);
      }
      await peer.settled();
      ledger.accepted(texts.map(({ text }) => text));
    } else if (n === 8 && mine.length > 0) {
      const gid = pick(mine);
      await peer.send("ROOM_LEAVE", u32(gid));
      await pause(below(300));
      await peer.join(gid);
    } else await peer.send("REFRESH_CATEGORIES", u32(1), u32(0), u32(0));
  }

  /** Returns the next line for a room; each room has its own count. */
  #numbered(gid: number): string {
    const n = this.#sent.get(gid) ?? 0;
    this.#sent.set(gid, n + 1);
    return `line ${gid} ${this.uid} ${this.#epoch} ${n}`;
  }

  #read({ type, payload }: Frame): boolean {
    switch (type) {
      case SERVER_TYPES.IM_IN.type:
        this.#letter(word(payload, 0), decodeText(payload.subarray(4)));
        return true;
      case SERVER_TYPES.NEW_STYLE_IM.type: {
        const text = decodeText(payload);
        this.#letter(
          Number(/^uid=(\d+)/.exec(text)?.[1]),
          text.split("\nmsg=")[1] ?? "",
        );
        return true;
      }
      case SERVER_TYPES.ROOM_MESSAGE_IN.type:
        this.#line(payload);
        return true;
      case SERVER_TYPES.ROOM_JOINED.type:
        // Lines sent before this visit are not expected.
        for (const key of [...this.#heard.keys()]) {
          if (key.startsWith(`${word(payload, 0)} `)) this.#heard.delete(key);
        }
        return true;
      case SERVER_TYPES.ROOM_USER_LIST.type:
      case SERVER_TYPES.FEEDBACK.type:
      case SERVER_TYPES.SEARCH_ERROR.type:
      case SERVER_TYPES.HELLO.type:
      case SERVER_TYPES.SERVER_KEY.type:
      case SERVER_TYPES.LOGIN_UNKNOWN.type:
        return false;
      default:
        return true;
    }
  }

  #letter(from: number, text: string): void {
    this.#here.ledger.received(this.uid, from, text);
  }

  #line(payload: Uint8Array): void {
    const { ledger } = this.#here;
    const match = /^line (\d+) (\d+) (\d+) (\d+)$/.exec(
      decodeText(payload.subarray(8)),
    );
    if (match === null) return;
    const [gid = 0, uid = 0, epoch = 0, n = 0] = match.slice(1).map(Number);
    ledger.linesHeard++;
    if (gid !== word(payload, 0)) {
      ledger.fault(`line of ${gid} in room ${word(payload, 0)}`);
    }
    if (uid !== word(payload, 4)) {
      ledger.fault(`line of ${uid} from ${word(payload, 4)}`);
    }
    if (uid === this.uid) ledger.fault(`${uid} heard their own line`);
    const key = `${gid} ${uid} ${epoch}`;
    const last = this.#heard.get(key);
    if (last !== undefined && n !== last + 1) {
      ledger.fault(`${this.uid} heard line ${n} after ${last} of ${key}`);
    }
    this.#heard.set(key, n);
  }
}

/** Talks now and then in a voice room, and listens. */
export async function talk(here: Surroundings, uid: number): Promise<void> {
  while (!here.stopping) {
    try {
      await talkOnce(here, uid);
    } catch {
      // The server is restarting.
    }
    await pause(below(1000));
  }
}

async function talkOnce(here: Surroundings, uid: number): Promise<void> {
  const gid = pick(here.voiceRooms);
  const peer = await Peer.connect(here.place.chat);
  let voice: Deno.TcpConn | undefined;
  try {
    peer.onFrame = ({ type }) => type === SERVER_TYPES.ROOM_MESSAGE_IN.type;
    await peer.signOn(uid);
    await peer.join(gid);
    const [hostname = "", port] = here.place.voice.split(":");
    voice = await Deno.connect({ hostname, port: Number(port) });
    await voice.write(encodeHello(gid, uid));
    const listening = listen(here, voice, uid);
    const payload = new Uint8Array(132).fill(0xd2);
    const until = Date.now() + 3000 + below(8000);
    for (let n = 0; Date.now() < until && !peer.closed && !here.stopping; n++) {
      if (below(40) === 0) await pause(1500);
      const frame = encodeVoiceFrame({
        uid,
        sequence: n & 0xffff,
        timestamp: 640 * n,
        payload,
      });
      await voice.write(frame);
      await pause(80);
      peer.inbox.length = 0;
    }
    await peer.send("BYE");
    await peer.ended();
    await listening;
  } finally {
    peer.close();
    try {
      voice?.close();
    } catch {
      // The server has closed the link first.
    }
  }
}

/**
 * Checks that only complete frames of other users arrive, until the server
 * closes the link.
 */
async function listen(
  { ledger }: Surroundings,
  voice: Deno.TcpConn,
  uid: number,
) {
  let held = new Uint8Array();
  const buffer = new Uint8Array(4096);
  try {
    for (;;) {
      const count = await voice.read(buffer);
      if (count === null) break;
      held = concat([held, buffer.subarray(0, count)]);
      while (held.length >= 4 && held.length >= 4 + word(held, 0)) {
        const length = word(held, 0);
        if (length < 50 || length > 1000) {
          ledger.fault(`voice frame of ${length}`);
        }
        if (speakerOf(held, 4, length) === uid) {
          ledger.fault(`${uid} hears their own voice`);
        }
        ledger.voiceHeard++;
        held = held.slice(4 + length);
      }
    }
  } catch {
    // The server was killed.
  }
}

/** Sends floods and garbage, opens silent connections, and stops reading. */
export async function misbehave(
  here: Surroundings,
  uid: number,
): Promise<void> {
  const ways = [flood, garbage, silence, stopReading];
  while (!here.stopping) {
    try {
      await pick(ways)(here, uid);
    } catch {
      // Disconnected, or the server is restarting.
    }
    await pause(below(1500));
  }
}

async function flood({ place, rooms }: Surroundings, uid: number) {
  const peer = await (await Peer.connect(place.chat)).signOn(uid);
  const line = packet("ROOM_JOIN", u32(pick(rooms)), [0, 0], u32(0x82a));
  // Exceeds what the server tolerates as fast typing, so it disconnects the
  // sender.
  await peer.write(concat(Array.from({ length: 6000 }, () => line)));
  await peer.ended();
  peer.close();
}

async function garbage({ place }: Surroundings) {
  const peer = await Peer.connect(place.chat);
  await peer.write(crypto.getRandomValues(new Uint8Array(1 + below(5000))));
  await pause(below(1000));
  peer.close();
}

async function silence({ place }: Surroundings) {
  const peers: Peer[] = [];
  for (let n = 0; n < 20; n++) peers.push(await Peer.connect(place.chat));
  await pause(below(3000));
  for (const peer of peers) peer.close();
}

async function stopReading({ place, rooms }: Surroundings, uid: number) {
  const peer = await (await Peer.connect(place.chat)).signOn(uid);
  for (const gid of rooms) await peer.join(gid);
  peer.conn.read = () => new Promise(() => {});
  await pause(below(5000));
  peer.close();
}
