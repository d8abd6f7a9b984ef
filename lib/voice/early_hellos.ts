/**
 * Hellos that arrive before their member is in the room. A client that returns
 * after a lost link sends -310 and its voice hello within 0.2 s on two
 * connections (docs/protocol.md, "Ending a session"), and the server may read
 * them in either order; a client that moves may open the new connection before
 * the old one has ended. If the hello were refused immediately, the member
 * would be without voice until the next 013B or press of the talk key, so it
 * waits for a moment.
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import type { Link, Voice } from "./room.ts";

/** Milliseconds that a hello waits for the chat side to catch up. */
export const EARLY_MS = 1500;

interface EarlyHello {
  readonly gid: Gid;
  readonly uid: Uid;
  readonly until: number;
}

/** Accepts a hello if that is possible now. */
export type Attach = (gid: Gid, uid: Uid, link: Link) => Voice | undefined;

/**
 * Holds at most as many as there are half-open connections, which are limited.
 */
export class EarlyHellos {
  readonly #waiting = new Map<Link, EarlyHello>();
  readonly #attach: Attach;

  constructor(attach: Attach) {
    this.#attach = attach;
  }

  add(gid: Gid, uid: Uid, link: Link, now: number): void {
    this.#waiting.set(link, { gid, uid, until: now + EARLY_MS });
  }

  /** Forgets a link that repeated its hello or has closed. */
  forget(link: Link): void {
    this.#waiting.delete(link);
  }

  joined(gid: Gid, uid: Uid): void {
    for (const [link, hello] of this.#waiting) {
      if (hello.gid === gid && hello.uid === uid) this.#retry(link, hello);
    }
  }

  tick(now: number): void {
    for (const [link, hello] of this.#waiting) {
      if (this.#retry(link, hello) || now < hello.until) continue;
      this.#waiting.delete(link);
      link.refuse(hello.gid, hello.uid);
    }
  }

  #retry(link: Link, { gid, uid }: EarlyHello): boolean {
    const voice = this.#attach(gid, uid, link);
    if (voice === undefined) return false;
    this.#waiting.delete(link);
    link.accept(voice);
    return true;
  }
}
