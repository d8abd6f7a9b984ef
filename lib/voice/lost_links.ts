/**
 * When to send 0x013B again to a member whose voice link was lost.
 *
 * Not immediately, because a client that moves closes and reopens by itself;
 * and not forever, because a client that has once received a bad frame closes
 * every voice socket it opens until it is restarted (docs/protocol.md, "What
 * breaks the client").
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";

/**
 * Milliseconds from each loss to its reminder; after the last there is none.
 */
export const REMINDER_DELAYS: readonly number[] = [1000, 4000, 16_000, 64_000];
/** A link that lasted this long clears the record. */
export const SETTLED_MS = 60_000;

interface Loss {
  readonly gid: Gid;
  readonly uid: Uid;
  /** Reminders sent so far. */
  sent: number;
  linkedAt: number;
  dueAt: number | undefined;
}

export class LostLinks {
  readonly #losses = new Map<number, Loss>();
  readonly #waiting = new Set<Loss>();

  linked(gid: Gid, uid: Uid, now: number): void {
    const loss = this.#losses.get(key(gid, uid));
    if (loss === undefined) {
      const fresh = { gid, uid, sent: 0, linkedAt: now, dueAt: undefined };
      this.#losses.set(key(gid, uid), fresh);
      return;
    }
    this.#waiting.delete(loss);
    loss.linkedAt = now;
  }

  lost(gid: Gid, uid: Uid, now: number): void {
    const loss = this.#losses.get(key(gid, uid));
    if (loss === undefined) return;
    if (now - loss.linkedAt >= SETTLED_MS) loss.sent = 0;
    const delay = REMINDER_DELAYS[loss.sent];
    if (delay === undefined) return;
    loss.dueAt = now + delay;
    this.#waiting.add(loss);
  }

  /** The member has left and needs no reminder. */
  forget(gid: Gid, uid: Uid): void {
    const loss = this.#losses.get(key(gid, uid));
    if (loss === undefined) return;
    this.#losses.delete(key(gid, uid));
    this.#waiting.delete(loss);
  }

  forgetRoom(gid: Gid): void {
    for (const loss of this.#losses.values()) {
      if (loss.gid === gid) this.forget(gid, loss.uid);
    }
  }

  /** Returns the members to remind now; each is returned once per loss. */
  due(now: number): { gid: Gid; uid: Uid }[] {
    const due: { gid: Gid; uid: Uid }[] = [];
    for (const loss of this.#waiting) {
      if (loss.dueAt === undefined || loss.dueAt > now) continue;
      this.#waiting.delete(loss);
      loss.sent++;
      due.push({ gid: loss.gid, uid: loss.uid });
    }
    return due;
  }
}

/** Uids are below 2^26 (docs/protocol.md, "Voice"). */
function key(gid: Gid, uid: Uid): number {
  return gid * 2 ** 26 + uid;
}
