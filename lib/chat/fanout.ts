/**
 * Performs effects on connections. Frames for the same room within one turn of
 * the event loop are merged into one buffer, which is written once per member.
 *
 * Frames to one session keep the order of the effects: a frame for one session
 * first flushes what its rooms have waiting.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import type {
  Effect,
  Receipt,
  Skip,
  VideoChange,
  VoiceChange,
} from "../domain/effects.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { Line as WholeLine } from "./edge/line.ts";

/**
 * A room with this many bytes waiting is flushed immediately, so that the
 * queues of its members do not overflow when many users write much in the same
 * turn.
 */
const MERGE_BYTES = 32_768;

/** The frames that wait for a room. */
interface Waiting {
  readonly frames: Uint8Array[];
  /** Who does not receive the frame at the same index. */
  readonly skips: Skip[];
  bytes: number;
}

/** The part of a line that fan-out needs. */
export type Line = Pick<WholeLine, "session" | "push" | "flush" | "close">;

export interface FanoutPorts {
  /** Returns the line of a session by number; undefined when it has ended. */
  line(session: number): Line | undefined;
  room(gid: Gid): Room | undefined;
  voice(change: VoiceChange): void;
  video(change: VideoChange): void;
  /**
   * Returns whether the state of this client allows the frame; logs when it
   * does not.
   */
  permits(to: Session, frame: Uint8Array): boolean;
}

function skipsHim(skip: Skip, uid: Uid): boolean {
  return typeof skip === "number" ? skip === uid : skip?.has(uid) ?? false;
}

export class Fanout {
  readonly #ports: FanoutPorts;
  readonly #rooms = new Map<Gid, Waiting>();
  /** Lines that have something to write and have not begun. */
  #due: Line[] = [];
  #scheduled = false;

  constructor(ports: FanoutPorts) {
    this.#ports = ports;
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#perform(effect);
    if (!this.#scheduled && (this.#rooms.size > 0 || this.#due.length > 0)) {
      this.#scheduled = true;
      queueMicrotask(() => this.flush());
    }
  }

  /**
   * Must be called before a room gains or loses a member: the waiting frames
   * are for the members of that moment.
   */
  settleRoom(room: Room): void {
    this.#flushRoom(room.gid);
  }

  /** Sends everything immediately; the microtask of each turn does the same. */
  flush(): void {
    this.#scheduled = false;
    for (const gid of [...this.#rooms.keys()]) this.#flushRoom(gid);
    this.#write();
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        this.#send(effect.to, effect.frame, effect.receipt);
        break;
      case "room":
        this.#wait(effect);
        break;
      case "close": {
        const line = this.#ports.line(effect.session);
        if (line === undefined) break;
        this.#settle(line.session);
        void line.close(effect.reason);
        break;
      }
      case "voice":
        this.#ports.voice(effect.change);
        break;
      case "video":
        this.#ports.video(effect.change);
        break;
    }
  }

  #wait({ gid, frame, skip }: Extract<Effect, { kind: "room" }>): void {
    let waiting = this.#rooms.get(gid);
    if (waiting === undefined) {
      waiting = { frames: [], skips: [], bytes: 0 };
      this.#rooms.set(gid, waiting);
    }
    waiting.frames.push(frame);
    waiting.skips.push(skip);
    waiting.bytes += frame.length;
    if (waiting.bytes < MERGE_BYTES) return;
    this.#flushRoom(gid);
    this.#write();
  }

  #send(to: number, frame: Uint8Array, receipt?: Receipt): void {
    const line = this.#ports.line(to);
    if (line === undefined) return;
    const { session } = line;
    if (!this.#ports.permits(session, frame)) return;
    this.#settle(session);
    if (line.push(frame, receipt)) this.#due.push(line);
  }

  /** Sends the frames that wait for a session's rooms before its own. */
  #settle({ uid }: Session): void {
    if (this.#rooms.size === 0) return;
    for (const gid of [...this.#rooms.keys()]) {
      if (this.#ports.room(gid)?.members.has(uid)) this.#flushRoom(gid);
    }
  }

  #push({ id }: Session, frame: Uint8Array): void {
    const line = this.#ports.line(id);
    if (line?.push(frame)) this.#due.push(line);
  }

  #write(): void {
    const due = this.#due;
    this.#due = [];
    for (const line of due) line.flush();
  }

  #flushRoom(gid: Gid): void {
    const waiting = this.#rooms.get(gid);
    if (waiting === undefined) return;
    this.#rooms.delete(gid);
    const room = this.#ports.room(gid);
    // A closed room has no members.
    if (room === undefined) return;
    const { frames, skips } = waiting;
    // Most members receive all frames and share one buffer.
    const shared = joined(frames);
    const skippers = skippersOf(skips);
    for (const [uid, { session }] of room.members) {
      if (!skippers.has(uid)) {
        this.#push(session, shared);
        continue;
      }
      const own = frames.filter((_, i) => !skipsHim(skips[i], uid));
      if (own.length > 0) this.#push(session, joined(own));
    }
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  return frames.length === 1 ? frames[0]! : concat(frames);
}

function skippersOf(skips: readonly Skip[]): ReadonlySet<Uid> {
  const uids = new Set<Uid>();
  for (const skip of skips) {
    if (typeof skip === "number") uids.add(skip);
    else if (skip !== undefined) { for (const uid of skip) uids.add(uid); }
  }
  return uids;
}
