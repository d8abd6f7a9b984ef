/**
 * Everything the server knows while it runs, with the indexes that the busy
 * packets need: who is online, who watches whom, who blocks whom, what rooms
 * there are.
 *
 * @module
 */
import { STATUS, type Status } from "../protocol/packets/pals.ts";
import { Cameras } from "./cameras.ts";
import { SHOWN_MS } from "./departed.ts";
import type { Expected } from "./expected.ts";
import { Room, type RoomOptions } from "./room.ts";
import type { Session } from "./session.ts";
import {
  type Category,
  type Gid,
  type Pal,
  type Store,
  SYSTEM_UID,
  type Uid,
} from "./store.ts";
import { skeleton } from "./accounts.ts";
import { WordFilter } from "./word_filter.ts";
import { foldName } from "./names.ts";

/**
 * Temporary rooms take numbers from here; permanent ones start above. They
 * stay above 1000 so that on a voice stream a room can never be taken for a
 * frame's length (docs/protocol.md, "Voice").
 */
const FIRST_TEMPORARY = 1001;
/**
 * Rooms whose numbers the client knows by itself: 600 is its new user voice
 * group, 450 another help room. Never given to a room that somebody makes.
 */
export const RESERVED_GIDS: ReadonlySet<Gid> = new Set([600, 450]);
const LAST_TEMPORARY = 49_999;
const TEMPORARY_SPAN = LAST_TEMPORARY - FIRST_TEMPORARY + 1;

/** A set of values under a key, with empty sets taken out. */
class Index<K, V> {
  readonly #sets = new Map<K, Set<V>>();

  add(key: K, value: V): void {
    const set = this.#sets.get(key);
    if (set === undefined) this.#sets.set(key, new Set([value]));
    else set.add(value);
  }

  delete(key: K, value: V): void {
    const set = this.#sets.get(key);
    if (set?.delete(value) && set.size === 0) this.#sets.delete(key);
  }

  get(key: K): ReadonlySet<V> | undefined {
    return this.#sets.get(key);
  }
}

/** After a crash there is no list of those who were in a room. */
const MOST_SEEN_BEFORE = 500;

function seenLately(store: Store): Uid[] {
  const people = store.accounts.list({ sort: "seen", limit: MOST_SEEN_BEFORE });
  const latest = people[0]?.lastSeenAt ?? 0;
  return people.filter(({ lastSeenAt }) =>
    lastSeenAt !== null && latest - lastSeenAt <= SHOWN_MS
  ).map(({ uid }) => uid);
}

/** What an introduction between two clients is about. */
export type OfferKind = "file" | "call" | "video";

export class World {
  /** What rooms do not take as it is. */
  words = new WordFilter([]);
  /** Sessions that a mute binds. */
  readonly muted = new Set<Session>();
  /** Signed-on sessions by uid. */
  readonly online = new Map<Uid, Session>();
  readonly rooms = new Map<Gid, Room>();
  readonly cameras = new Cameras();
  categories: readonly Category[] = [];
  peakOnline = 0;
  /** After a planned restart, those who have not returned yet. */
  expected: Expected | undefined;
  /**
   * Whether a planned restart is in progress, in which nothing more is sent to
   * clients.
   */
  handingOver = false;
  /**
   * Users seen shortly before this server started, who may appear in windows of
   * old sessions.
   */
  seenBefore: readonly Uid[] = [];

  readonly #watchers = new Index<Uid, Session>();
  readonly #blockers = new Index<Uid, Uid>();
  /** Offers that wait for an answer, "kind from to", by each of the two. */
  readonly #offers = new Index<Uid, string>();
  /** Those of them that nobody has accepted yet. */
  readonly #pending = new Set<string>();
  #nextTemporary = FIRST_TEMPORARY;

  /**
   * A world with the store's categories and permanent rooms. Temporary rooms
   * are numbered on from `start`, which should be another one each time: after
   * a restart clients rejoin by themselves whatever windows they have open.
   */
  static load(store: Store, start = 0): World {
    const world = new World();
    world.#nextTemporary = FIRST_TEMPORARY + Math.floor(start) % TEMPORARY_SPAN;
    world.categories = store.categories.list();
    world.words = new WordFilter(store.words.list());
    world.seenBefore = seenLately(store);
    for (const stored of store.rooms.list()) {
      world.rooms.set(stored.gid, Room.load(store, stored));
    }
    return world;
  }

  /** Makes a session visible, with its lists as the store has them. */
  signOn(
    session: Session,
    pals: readonly Pal[],
    blocks: readonly Pal[],
  ): void {
    session.phase = "online";
    this.expected?.signedOn(session.uid);
    this.online.set(session.uid, session);
    this.peakOnline = Math.max(this.peakOnline, this.online.size);
    for (const { uid } of pals) this.addPal(session, uid);
    for (const { uid } of blocks) this.addBlock(session, uid);
    session.known.add(SYSTEM_UID);
  }

  /** Removes a session, which must have left its rooms before. */
  signOff(session: Session): void {
    if (this.online.get(session.uid) === session) {
      this.online.delete(session.uid);
    }
    for (const uid of session.pals) this.#watchers.delete(uid, session);
    for (const uid of session.blocks) this.#blockers.delete(uid, session.uid);
    // Only the user's own offers: an attacker may leave many unanswered, which
    // must not be scanned whenever a user leaves.
    for (const key of [...this.#offers.get(session.uid) ?? []]) {
      const [, from, to] = key.split(" ");
      this.#pending.delete(key);
      this.#offers.delete(Number(from), key);
      this.#offers.delete(Number(to), key);
    }
    session.phase = "gone";
  }

  addPal(session: Session, uid: Uid): void {
    session.pals.add(uid);
    session.known.add(uid);
    this.#watchers.add(uid, session);
  }

  removePal(session: Session, uid: Uid): void {
    session.pals.delete(uid);
    this.#watchers.delete(uid, session);
  }

  addBlock(session: Session, uid: Uid): void {
    session.blocks.add(uid);
    this.#blockers.add(uid, session.uid);
  }

  removeBlock(session: Session, uid: Uid): void {
    session.blocks.delete(uid);
    this.#blockers.delete(uid, session.uid);
  }

  /** Signed-on people who have `uid` among their pals. */
  watchers(uid: Uid): Iterable<Session> {
    return this.#watchers.get(uid) ?? [];
  }

  /** Signed-on people who have blocked `uid`. */
  blockers(uid: Uid): ReadonlySet<Uid> | undefined {
    return this.#blockers.get(uid);
  }

  /** What `viewer` may know of `uid`: users who block them look offline. */
  statusOf(uid: Uid, viewer: Uid): Status {
    if (uid === SYSTEM_UID) return STATUS.online;
    const session = this.online.get(uid);
    if (session === undefined) {
      return this.expected?.statusOf(uid, viewer) ?? STATUS.offline;
    }
    if (session.blocks.has(viewer)) return STATUS.offline;
    return session.status;
  }

  isCategory(code: number): boolean {
    return this.categories.some((category) => category.code === code);
  }

  /** Rooms that lists show, in the host's order, then by number. */
  listedRooms(category: number): Room[] {
    return [...this.rooms.values()]
      .filter((room) =>
        room.category === category && !room.isPrivate && !room.isWaiting
      )
      .sort((a, b) => a.position - b.position || a.gid - b.gid);
  }

  /** For each category the number of rooms that lists show. */
  roomCounts(): { readonly code: number; readonly rooms: number }[] {
    const counts = new Map(this.categories.map(({ code }) => [code, 0]));
    for (const { category, isPrivate, isWaiting } of this.rooms.values()) {
      const count = counts.get(category);
      if (count !== undefined && !isPrivate && !isWaiting) {
        counts.set(category, count + 1);
      }
    }
    return [...counts].map(([code, rooms]) => ({ code, rooms }));
  }

  /** The rooms that a session is in. */
  roomsOf(session: Session): Room[] {
    return [...session.rooms].flatMap((gid) => this.rooms.get(gid) ?? []);
  }

  roomByName(name: string): Room | undefined {
    const wanted = foldName(name);
    for (const room of this.rooms.values()) {
      if (foldName(room.name) === wanted) return room;
    }
    return undefined;
  }

  /** The host's room for which one of this name would be taken. */
  imitatedBy(name: string): Room | undefined {
    const shape = skeleton(name);
    for (const room of this.rooms.values()) {
      if (room.permanent && room.shape === shape) return room;
    }
    return undefined;
  }

  /** Undefined when every number is taken. */
  createTemporary(options: Omit<RoomOptions, "gid">): Room | undefined {
    for (let tries = 0; tries < TEMPORARY_SPAN; tries++) {
      const gid = this.#nextTemporary;
      // Numbers go round, so that an old window never finds a new room.
      this.#nextTemporary = gid === LAST_TEMPORARY ? FIRST_TEMPORARY : gid + 1;
      if (this.rooms.has(gid) || RESERVED_GIDS.has(gid)) continue;
      const room = Room.temporary({ ...options, gid });
      this.rooms.set(gid, room);
      return room;
    }
    return undefined;
  }

  offer(kind: OfferKind, from: Uid, to: Uid): void {
    const key = `${kind} ${from} ${to}`;
    this.#pending.add(key);
    this.#offers.add(from, key);
    this.#offers.add(to, key);
  }

  hasOffer(kind: OfferKind, from: Uid, to: Uid): boolean {
    return this.#offers.get(to)?.has(`${kind} ${from} ${to}`) ?? false;
  }

  /** Whether an offer waits for its first acceptance. */
  isPending(kind: OfferKind, from: Uid, to: Uid): boolean {
    return this.#pending.has(`${kind} ${from} ${to}`);
  }

  /** Accepts a pending offer; false when there is none. */
  takeOffer(kind: OfferKind, from: Uid, to: Uid): boolean {
    return this.#pending.delete(`${kind} ${from} ${to}`);
  }

  /** True when there was one. */
  endOffer(kind: OfferKind, from: Uid, to: Uid): boolean {
    const had = this.hasOffer(kind, from, to);
    const key = `${kind} ${from} ${to}`;
    this.#pending.delete(key);
    this.#offers.delete(from, key);
    this.#offers.delete(to, key);
    return had;
  }
}
