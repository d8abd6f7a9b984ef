/**
 * A minimal implementation of rooms for the simulation: sessions join, leave
 * and write. The same code runs behind the hub and, as the oracle, by itself.
 *
 * @module
 */
import type { GatewayLife } from "../../../lib/cluster/hub.ts";

export type SessionKey = string;

export const keyOf = (
  { gateway, life }: GatewayLife,
  line: number,
): SessionKey => `${gateway}.${life}.${line}`;

/** A request: "join 1", "leave 1", "say 1 text". */
export type Request = string;

export class Rooms {
  /** Rooms of each session. */
  readonly sessions = new Map<SessionKey, Set<string>>();
  readonly #tell: (to: readonly SessionKey[], text: string) => void;

  constructor(tell: (to: readonly SessionKey[], text: string) => void) {
    this.#tell = tell;
  }

  open(key: SessionKey): void {
    this.sessions.set(key, new Set());
  }

  request(key: SessionKey, request: Request): void {
    const rooms = this.sessions.get(key);
    if (rooms === undefined) return;
    const [what, room = "", ...words] = request.split(" ");
    switch (what) {
      case "join":
        if (rooms.has(room)) return;
        this.#tell([key], `list ${room}: ${this.#members(room).join(" ")}`);
        this.#tell(this.#members(room), `joined ${room} ${key}`);
        rooms.add(room);
        break;
      case "leave":
        if (!rooms.delete(room)) return;
        this.#tell([key], `left ${room}`);
        this.#tell(this.#members(room), `left ${room} ${key}`);
        break;
      case "say":
        if (!rooms.has(room)) return;
        this.#tell(this.#members(room), `${room} ${key}: ${words.join(" ")}`);
        break;
    }
  }

  close(key: SessionKey): void {
    const rooms = this.sessions.get(key);
    if (rooms === undefined) return;
    this.sessions.delete(key);
    for (const room of [...rooms].sort()) {
      this.#tell(this.#members(room), `left ${room} ${key}`);
    }
  }

  /** Ends the sessions of one run of a gateway, in a fixed order. */
  closeAll(gateway: GatewayLife): void {
    const prefix = keyOf(gateway, 0).slice(0, -1);
    const keys = [...this.sessions.keys()].filter((key) =>
      key.startsWith(prefix)
    );
    for (const key of keys.sort()) this.close(key);
  }

  #members(room: string): SessionKey[] {
    const keys: SessionKey[] = [];
    for (const [key, rooms] of this.sessions) {
      if (rooms.has(room)) keys.push(key);
    }
    return keys.sort();
  }
}
