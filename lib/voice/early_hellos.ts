/**
 * Hellos that are ahead of their member. A client that comes back after a lost
 * link sends -310 and its voice hello within 0.2 s on two connections
 * (docs/protocol.md, "Ending a session"), and nothing says which of them is
 * read first; one that moves may open the new connection before the old one
 * has ended. Closed for it, the member would be without voice until the next 013B or
 * press of the talk key: so a hello waits a moment before it is refused.
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import type { Link, Voice } from "./room.ts";

/** Milliseconds for the chat side to catch up with a hello. */
export const EARLY_MS = 1500;

interface EarlyHello {
  readonly gid: Gid;
  readonly uid: Uid;
  readonly until: number;
}

/** Takes a hello if it can be taken now. */
export type Attach = (gid: Gid, uid: Uid, link: Link) => Voice | undefined;

/** As many as there are half-open connections, which are bounded. */
export class EarlyHellos {
  readonly #waiting = new Map<Link, EarlyHello>();
  readonly #attach: Attach;

  constructor(attach: Attach) {
    this.#attach = attach;
  }

  add(gid: Gid, uid: Uid, link: Link, now: number): void {
    this.#waiting.set(link, { gid, uid, until: now + EARLY_MS });
  }

  /** They said hello again, or are gone. */
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
