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
import type { Effect, Skip } from "../domain/effects.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";

interface Waiting {
  readonly frame: Uint8Array;
  readonly skip: Skip;
}

/** What the performer needs of a connection. */
export interface Line {
  push(frame: Uint8Array, onWritten?: () => void): void;
  flush(): void;
}

export interface FanoutPorts {
  /** The connection of a session; undefined when it is gone. */
  line(session: Session): Line | undefined;
  close(session: Session, reason: string): void;
  voice(change: Extract<Effect, { kind: "voice" }>["change"]): void;
}

function skips(skip: Skip, uid: Uid): boolean {
  return typeof skip === "number" ? skip === uid : skip?.has(uid) ?? false;
}

export class Fanout {
  readonly #ports: FanoutPorts;
  readonly #rooms = new Map<Room, Waiting[]>();
  readonly #dirty = new Set<Line>();
  #scheduled = false;

  constructor(ports: FanoutPorts) {
    this.#ports = ports;
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#perform(effect);
    if (!this.#scheduled && (this.#rooms.size > 0 || this.#dirty.size > 0)) {
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
    for (const line of this.#dirty) line.flush();
    this.#dirty.clear();
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        this.#settle(effect.to);
        this.#push(effect.to, effect.frame, effect.onWritten);
        break;
      case "room": {
        const waiting = this.#rooms.get(effect.room);
        if (waiting === undefined) this.#rooms.set(effect.room, [effect]);
        else waiting.push(effect);
        break;
      }
      case "close":
        this.#settle(effect.session);
        this.#ports.close(effect.session, effect.reason);
        break;
      case "voice":
        this.#ports.voice(effect.change);
        break;
    }
  }

  /** What a session's rooms have waiting goes before what is his alone. */
  #settle(session: Session): void {
    if (this.#rooms.size === 0) return;
    for (const room of [...this.#rooms.keys()]) {
      if (room.members.has(session.uid)) this.#flushRoom(room);
    }
  }

  #push(session: Session, frame: Uint8Array, onWritten?: () => void): void {
    const line = this.#ports.line(session);
    if (line === undefined) return;
    line.push(frame, onWritten);
    this.#dirty.add(line);
  }

  #flushRoom(room: Room): void {
    const waiting = this.#rooms.get(room);
    if (waiting === undefined) return;
    this.#rooms.delete(room);
    // Most members skip nothing and share one buffer.
    const skipped = new Set<Uid>();
    for (const { skip } of waiting) {
      if (typeof skip === "number") skipped.add(skip);
      else if (skip !== undefined) { for (const uid of skip) skipped.add(uid); }
    }
    const shared = waiting.length === 1
      ? waiting[0]!.frame
      : concat(waiting.map(({ frame }) => frame));
    for (const [uid, member] of room.members) {
      if (!skipped.has(uid)) {
        this.#push(member.session, shared);
        continue;
      }
      const own = waiting.filter(({ skip }) => !skips(skip, uid));
      if (own.length > 0) {
        this.#push(member.session, concat(own.map(({ frame }) => frame)));
      }
    }
  }
}
