/**
 * Performs effects on connections, and merges what goes to the same room
 * within one turn of the event loop into one buffer, written once per member.
 *
 * The order of frames to one session is the order of the effects: a frame for
 * a session alone first sends off what its rooms have waiting.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import type {
  Effect,
  Skip,
  VideoChange,
  VoiceChange,
} from "../domain/effects.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";

/**
 * A room that has this much waiting gets it at once: all its members' queues
 * must not run over because many wrote much in the same turn.
 */
const MERGE_BYTES = 32_768;

/** What waits for a room. */
interface Waiting {
  readonly frames: Uint8Array[];
  /** Who does not get the frame at the same place. */
  readonly skips: Skip[];
  bytes: number;
}

/** What the performer needs of a connection. */
export interface Line {
  /** True when the frame waits for `flush`. */
  push(frame: Uint8Array, onWritten?: () => void): boolean;
  flush(): void;
}

export interface FanoutPorts {
  /** The connection of a session; undefined when it is gone. */
  line(session: Session): Line | undefined;
  close(session: Session, reason: string): void;
  voice(change: VoiceChange): void;
  video(change: VideoChange): void;
  /** Whether the state of this client allows the frame; logs when not. */
  permits(to: Session, frame: Uint8Array): boolean;
}

function skipsHim(skip: Skip, uid: Uid): boolean {
  return typeof skip === "number" ? skip === uid : skip?.has(uid) ?? false;
}

export class Fanout {
  readonly #ports: FanoutPorts;
  readonly #rooms = new Map<Room, Waiting>();
  /** Those that have something to write and nobody to begin. */
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
   * To be called before a room gains or loses a member: what waits is for
   * those who were in it when it was said.
   */
  settleRoom(room: Room): void {
    this.#flushRoom(room);
  }

  /** Sends off everything at once; the microtask of each turn does it too. */
  flush(): void {
    this.#scheduled = false;
    for (const room of [...this.#rooms.keys()]) this.#flushRoom(room);
    this.#write();
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        if (!this.#ports.permits(effect.to, effect.frame)) break;
        this.#settle(effect.to);
        this.#push(effect.to, effect.frame, effect.onWritten);
        break;
      case "room":
        this.#wait(effect);
        break;
      case "close":
        this.#settle(effect.session);
        this.#ports.close(effect.session, effect.reason);
        break;
      case "voice":
        this.#ports.voice(effect.change);
        break;
      case "video":
        this.#ports.video(effect.change);
        break;
    }
  }

  #wait({ room, frame, skip }: Extract<Effect, { kind: "room" }>): void {
    let waiting = this.#rooms.get(room);
    if (waiting === undefined) {
      waiting = { frames: [], skips: [], bytes: 0 };
      this.#rooms.set(room, waiting);
    }
    waiting.frames.push(frame);
    waiting.skips.push(skip);
    waiting.bytes += frame.length;
    if (waiting.bytes < MERGE_BYTES) return;
    this.#flushRoom(room);
    this.#write();
  }

  /** Frames that wait for a session's rooms go before its own. */
  #settle(session: Session): void {
    if (this.#rooms.size === 0) return;
    for (const room of [...this.#rooms.keys()]) {
      if (room.members.has(session.uid)) this.#flushRoom(room);
    }
  }

  #push(session: Session, frame: Uint8Array, onWritten?: () => void): void {
    const line = this.#ports.line(session);
    if (line?.push(frame, onWritten)) this.#due.push(line);
  }

  #write(): void {
    const due = this.#due;
    this.#due = [];
    for (const line of due) line.flush();
  }

  #flushRoom(room: Room): void {
    const waiting = this.#rooms.get(room);
    if (waiting === undefined) return;
    this.#rooms.delete(room);
    const { frames, skips } = waiting;
    // Most members skip nothing and share one buffer.
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
