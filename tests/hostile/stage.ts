/**
 * The setup for attacks: a server with active users, an attacker with a valid
 * account, and the checks after every attack.
 *
 * @module
 */
import assert from "node:assert/strict";
import { encodeHello, encodeVoiceFrame } from "../../lib/protocol/rtp.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { Peer, u32 } from "../reliability/support/peer.ts";
import { Rig, type RigOptions } from "../reliability/support/rig.ts";

/** A permanent voice room and a permanent text room. */
export const VOICE_ROOM = 50001;

export class Stage implements AsyncDisposable {
  #talk = 0;
  private constructor(
    readonly rig: Rig,
    /** Two friends in a voice room. */
    readonly ann: Peer,
    readonly bob: Peer,
    /** Ann's voice connection and Bob's. */
    readonly annVoice: VoicePeer,
    readonly bobVoice: VoicePeer,
    /** The attacker: signed on and in the room, without rights. */
    readonly eve: Peer,
    readonly text: number,
  ) {}

  static async start(options: RigOptions = {}): Promise<Stage> {
    const rig = await Rig.start(options);
    const [ann, bob, eve] = [
      await rig.guest("Ann"),
      await rig.guest("Bob"),
      await rig.guest("Eve"),
    ];
    for (const peer of [ann, bob, eve]) await peer.join(VOICE_ROOM);
    const text = rig.store.rooms.list().find(({ type }) => type === 0)!.gid;
    const stage = new Stage(
      rig,
      ann,
      bob,
      await VoicePeer.open(rig, VOICE_ROOM, ann.uid),
      await VoicePeer.open(rig, VOICE_ROOM, bob.uid),
      eve,
      text,
    );
    await stage.linked(2);
    return stage;
  }

  /** Waits until this number of users is linked to the voice relay. */
  async linked(count: number): Promise<void> {
    const { live } = this.rig.server;
    await this.rig.until(
      () => live.status().voiceLinks.tcp === count,
      `${count} voice links`,
    );
  }

  get status() {
    return this.rig.server.live.status();
  }

  /** Opens another connection of the attacker without sending anything. */
  async stranger(): Promise<Peer> {
    return await this.rig.connect();
  }

  /**
   * Asserts that Ann's message, line and voice still reach Bob, that nobody was
   * disconnected, and that no internal error occurred.
   */
  async undisturbed(): Promise<void> {
    const { ann, bob } = this;
    const mark = `still here ${++this.#talk}`;
    const isMark = (from: number) => (payload: Uint8Array) =>
      decodeText(payload.subarray(from)).endsWith(mark);
    await ann.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), mark);
    await bob.expect("ROOM_MESSAGE_IN", isMark(8));
    const im = bob.inbox.length;
    await ann.send("IM_OUT", u32(bob.uid), mark);
    await bob.until(
      () =>
        bob.inbox.slice(im).some(({ payload }) =>
          decodeText(payload).endsWith(mark)
        ) || undefined,
      "Ann's message",
    );
    // A speaker releases the floor after a pause.
    await this.rig.until(() => this.status.talkers === 0, "silence");
    this.bobVoice.heard.length = 0;
    await this.annVoice.talk();
    await this.rig.until(
      () => this.bobVoice.heard.some((frame) => frame.uid === ann.uid),
      "Ann's voice",
    );
    assert.deepEqual([...ann.hazards, ...bob.hazards], []);
    const { packetErrors, coreErrors } = this.status.totals;
    assert.deepEqual({ packetErrors, coreErrors }, {
      packetErrors: 0,
      coreErrors: 0,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.annVoice.close();
    this.bobVoice.close();
    await this.rig[Symbol.asyncDispose]();
  }
}

export interface Heard {
  /** Speaker in the trailer. */
  readonly uid: number;
  readonly bytes: Uint8Array;
}

/** A voice connection over TCP that stores what it receives. */
export class VoicePeer {
  readonly heard: Heard[] = [];
  closed = false;
  #sequence = 0;

  private constructor(readonly conn: Deno.TcpConn, readonly uid: number) {
    void this.#read();
  }

  static async open(rig: Rig, gid: number, uid: number): Promise<VoicePeer> {
    const at = rig.server.voice.lastIndexOf(":");
    const conn = await Deno.connect({
      hostname: rig.server.voice.slice(0, at),
      port: Number(rig.server.voice.slice(at + 1)),
    });
    const peer = new VoicePeer(conn, uid);
    await peer.write(encodeHello(gid, uid));
    return peer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.conn.write(bytes.subarray(at));
      }
    } catch {
      this.closed = true;
    }
  }

  frame(uid = this.uid): Uint8Array {
    const sequence = this.#sequence++;
    return encodeVoiceFrame({
      uid,
      sequence,
      timestamp: 640 * sequence,
      payload: new Uint8Array(132).fill(0xd2),
    });
  }

  async talk(uid = this.uid): Promise<void> {
    await this.write(this.frame(uid));
  }

  async #read(): Promise<void> {
    let held = new Uint8Array();
    const buffer = new Uint8Array(4096);
    try {
      for (;;) {
        const count = await this.conn.read(buffer);
        if (count === null) break;
        const joined = new Uint8Array(held.length + count);
        joined.set(held);
        joined.set(buffer.subarray(0, count), held.length);
        held = joined;
        for (;;) {
          if (held.length < 4) break;
          const view = new DataView(held.buffer, held.byteOffset);
          const length = view.getUint32(0);
          if (held.length < 4 + length) break;
          this.heard.push({
            uid: view.getUint32(length, true),
            bytes: held.slice(0, 4 + length),
          });
          held = held.slice(4 + length);
        }
      }
    } catch {
      // Reset, which counts as closed.
    }
    this.closed = true;
  }

  close(): void {
    try {
      this.conn.close();
    } catch {
      // Already closed.
    }
  }
}
