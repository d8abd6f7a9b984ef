/**
 * The users that a restarted server waits for: those who were online when the
 * server before it ended (docs/hosting.md, "Restarting").
 *
 * For two minutes they count as present, and room lines are kept for them.
 *
 * @module
 */
import type { Status } from "../protocol/packets/pals.ts";
import type { Gid, Millis, Uid } from "./store.ts";

export const GRACE_MS = 120_000;
/** The most lines kept for each room; the oldest are dropped first. */
const MOST_LINES = 200;

/** A room line that some members have not seen yet. */
export interface KeptLine {
  readonly from: Uid;
  readonly nickname: string;
  readonly text: Uint8Array;
  /** Members who were in the room and have seen it. */
  readonly seenBy: ReadonlySet<Uid>;
  /** The only member who may read it, when it is a whisper. */
  readonly to?: Uid | undefined;
}

export interface ExpectedMember {
  readonly invisible: boolean;
  readonly mic: boolean;
}

interface ExpectedRoom {
  /** Members who have not rejoined. */
  readonly members: Map<Uid, ExpectedMember>;
  lines: KeptLine[];
}

export class Expected {
  /** When the wait ends, on the server's steady clock. */
  readonly until: Millis;
  readonly #people = new Map<Uid, { status: Status; blocks: Set<Uid> }>();
  readonly #rooms = new Map<Gid, ExpectedRoom>();

  constructor(until: Millis) {
    this.until = until;
  }

  person(uid: Uid, status: Status, blocks: Iterable<Uid>): void {
    this.#people.set(uid, { status, blocks: new Set(blocks) });
  }

  member(gid: Gid, uid: Uid, member: ExpectedMember): void {
    const room = this.#rooms.get(gid) ?? { members: new Map(), lines: [] };
    room.members.set(uid, member);
    this.#rooms.set(gid, room);
  }

  /** The user will not return to that room. */
  left(gid: Gid, uid: Uid): void {
    const room = this.#rooms.get(gid);
    if (room?.members.delete(uid)) this.#tidy(gid, room);
  }

  /**
   * Returns the status that pals see for a user who has not returned; undefined
   * when the user is not expected.
   */
  statusOf(uid: Uid, viewer: Uid): Status | undefined {
    const person = this.#people.get(uid);
    return person === undefined || person.blocks.has(viewer)
      ? undefined
      : person.status;
  }

  /** Returns whether a window is about to rejoin as `uid`. */
  isExpectedIn(gid: Gid, uid: Uid): boolean {
    return this.#rooms.get(gid)?.members.has(uid) ?? false;
  }

  /** Returns the state of `uid` in a room that they may rejoin. */
  placeOf(gid: Gid, uid: Uid): ExpectedMember | undefined {
    return this.#rooms.get(gid)?.members.get(uid);
  }

  /** Returns whether any member has yet to rejoin that room. */
  hasMembers(gid: Gid): boolean {
    return this.#rooms.has(gid);
  }

  signedOn(uid: Uid): void {
    this.#people.delete(uid);
  }

  /** The user will not return: nothing more is kept for them. */
  gone(uid: Uid): void {
    this.#people.delete(uid);
    for (const [gid, room] of this.#rooms) {
      if (room.members.delete(uid)) this.#tidy(gid, room);
    }
  }

  /** Keeps a line for the members of that room who have not rejoined. */
  keep(gid: Gid, line: KeptLine): void {
    const room = this.#rooms.get(gid);
    if (room === undefined) return;
    room.lines.push(line);
    if (room.lines.length > MOST_LINES) room.lines.shift();
  }

  /** Returns the lines from before `uid` rejoined, oldest first. */
  rejoined(gid: Gid, uid: Uid): readonly KeptLine[] {
    const room = this.#rooms.get(gid);
    if (room === undefined || !room.members.has(uid)) return [];
    const lines = room.lines.filter((line) =>
      line.from !== uid && !line.seenBy.has(uid) &&
      (line.to ?? uid) === uid
    );
    room.members.delete(uid);
    this.#tidy(gid, room);
    return lines;
  }

  /**
   * Returns the users who have not returned, with the status that their pals
   * saw.
   */
  people(): { uid: Uid; status: Status }[] {
    return [...this.#people].map(([uid, { status }]) => ({ uid, status }));
  }

  /** Returns the members of one room who have not rejoined it. */
  membersOf(gid: Gid): ReadonlyMap<Uid, ExpectedMember> {
    return this.#rooms.get(gid)?.members ?? new Map();
  }

  /** Returns the lines kept for one room, oldest first. */
  linesOf(gid: Gid): readonly KeptLine[] {
    return this.#rooms.get(gid)?.lines ?? [];
  }

  /**
   * Returns the users who have not returned, and the rooms in which they are
   * shown.
   */
  missing(): { people: Uid[]; members: [Gid, Uid, ExpectedMember][] } {
    return {
      people: [...this.#people.keys()],
      members: [...this.#rooms].flatMap(([gid, { members }]) =>
        [...members].map(([uid, member]): [Gid, Uid, ExpectedMember] => [
          gid,
          uid,
          member,
        ])
      ),
    };
  }

  #tidy(gid: Gid, room: ExpectedRoom): void {
    if (room.members.size === 0) this.#rooms.delete(gid);
  }
}
