/**
 * A room in memory, permanent or temporary (docs/protocol.md, "Rooms",
 * "Microphone").
 *
 * @module
 */
import { DEFAULT_FLOOR_MODE } from "./floor_modes.ts";
import type { RoomJoined } from "../protocol/packets/rooms.ts";
import type { MemberEntry } from "../protocol/packets/members.ts";
import type { RoomEntry } from "../protocol/packets/lists.ts";
import { VIDEO_PANEL } from "../protocol/packets/room_video.ts";
import { skeleton } from "./accounts.ts";
import { Departed } from "./departed.ts";
import { RecentLines } from "./recent_lines.ts";
import type { Session } from "./session.ts";
import { SlowMode } from "./slow_mode.ts";
import type {
  FloorMode,
  Gid,
  Millis,
  Rating,
  RoomType,
  Store,
  StoredRoom,
  Uid,
} from "./store.ts";

/** A user in a room. */
export interface Member {
  readonly session: Session;
  admin: boolean;
  /** Joined with the owner's code, so an admin until they leave. */
  byCode: boolean;
  /** Not on any member list; may listen, but neither write nor speak. */
  readonly invisible: boolean;
  /** Has the microphone, by the room's rule or from an admin. */
  mic: boolean;
  /** Has a camera icon: at least one picture has arrived. */
  publishing: boolean;
  /** Members whose voice this member does not want (packet -396). */
  readonly ignoring: Set<Uid>;
  /** Has the admin console open, so it is kept up to date. */
  console: boolean;
  /** Order of joining. */
  turn: number;
  /** The entry as lists last showed it. */
  entry?: MemberEntry;
}

/** A user who was bounced or banned. */
export interface Outcast {
  readonly nickname: string;
  /**
   * The level of the staff member who did it; 0 for the room's owner or an
   * admin.
   */
  readonly rank: number;
}

/** The initial state of a temporary room. */
export interface RoomOptions {
  readonly gid: Gid;
  readonly name: string;
  readonly category: number;
  readonly type: RoomType;
  readonly rating: Rating;
  readonly owner: Uid | null;
  readonly lockword: string;
  readonly createdAt: Millis;
  readonly floorPauseMs: number;
}

export class Room {
  readonly gid: Gid;
  readonly permanent: boolean;
  readonly createdAt: Millis;
  name: string;
  category: number;
  type: RoomType;
  rating: Rating;
  owner: Uid | null;
  lockword: string;
  adminCode = "";
  banner = "";
  welcome = "";
  position = 0;
  newUsersMic = true;
  /** Members may publish and watch video, where the server relays it. */
  video = true;
  /** Seconds between two lines of a member; 0 means no limit. */
  slowSeconds = 0;
  readonly slow = new SlowMode();
  redDotText = false;
  redDotVideo = false;
  floorMode: FloorMode = DEFAULT_FLOOR_MODE;
  floorPauseMs: number;

  readonly members = new Map<Uid, Member>();
  readonly admins = new Set<Uid>();
  readonly bounced = new Map<Uid, Outcast>();
  readonly banned = new Map<Uid, Outcast>();
  /** Users who may enter a by-invitation room, also when they return. */
  readonly invited = new Set<Uid>();
  /**
   * Red dots with the rank of the user who gave each. They remain when a member
   * leaves, so leaving does not remove one.
   */
  readonly redDots = new Map<Uid, number>();
  turns = 0;
  /**
   * Since when a temporary room is empty because its last member's connection
   * was lost: it waits for those members, and nobody else sees it.
   */
  waitingSince: Millis | undefined;
  /**
   * Members whose connection was lost in this room and who have not returned:
   * when all connections break together, each client rejoins separately.
   */
  readonly lost = new Set<Uid>();
  /** Visible members who have left. */
  readonly departed = new Departed();
  /** For complaints, where the host has turned that on. */
  readonly recent = new RecentLines();
  /** Raised hands, oldest first. */
  readonly hands: Uid[] = [];
  #shape: { readonly name: string; readonly shape: string } | undefined;

  private constructor(options: RoomOptions, permanent: boolean) {
    this.gid = options.gid;
    this.name = options.name;
    this.category = options.category;
    this.type = options.type;
    this.rating = options.rating;
    this.owner = options.owner;
    this.lockword = options.lockword;
    this.createdAt = options.createdAt;
    this.floorPauseMs = options.floorPauseMs;
    this.permanent = permanent;
  }

  static temporary(options: RoomOptions): Room {
    return new Room(options, false);
  }

  /** Loads a permanent room with its admins, and its outcasts by name. */
  static load(store: Store, stored: StoredRoom): Room {
    const room = new Room(stored, true);
    room.refresh(stored);
    const nicknameOf = (uid: Uid) =>
      store.accounts.get(uid)?.nickname ?? String(uid);
    const { admins, bounceRank, banRank } = store.rooms.offices(stored.gid);
    for (const uid of admins) room.admins.add(uid);
    for (const [uid, rank] of bounceRank) {
      room.bounced.set(uid, { nickname: nicknameOf(uid), rank });
    }
    for (const [uid, rank] of banRank) {
      room.banned.set(uid, { nickname: nicknameOf(uid), rank });
    }
    return room;
  }

  /** Takes over what the host changed. */
  refresh(stored: StoredRoom): void {
    const { gid: _gid, createdAt: _createdAt, ...rest } = stored;
    Object.assign(this, rest);
  }

  /** The {@linkcode skeleton} of its name. */
  get shape(): string {
    if (this.#shape?.name !== this.name) {
      this.#shape = { name: this.name, shape: skeleton(this.name) };
    }
    return this.#shape.shape;
  }

  /** Only waits for members whose connection was lost. */
  get isWaiting(): boolean {
    return this.waitingSince !== undefined;
  }

  /** Types 1..4 have voice; the others have text only. */
  get isVoice(): boolean {
    return this.type >= 1 && this.type <= 4;
  }

  /** By invitation only, and not on any list. */
  get isPrivate(): boolean {
    return this.type === 1 || this.type === 5 || this.type === 6;
  }

  get isLocked(): boolean {
    return this.lockword !== "";
  }

  get visibleCount(): number {
    let count = 0;
    for (const member of this.members.values()) {
      if (!member.invisible) count++;
    }
    return count;
  }

  /** Returns whether the session is the owner, a named admin, or staff. */
  isAdmin(session: Session): boolean {
    return session.isStaff || session.uid === this.owner ||
      this.admins.has(session.uid);
  }

  isOwner(session: Session): boolean {
    return session.isStaff || session.uid === this.owner;
  }

  add(session: Session, as: { admin: boolean; invisible: boolean }): Member {
    const member: Member = {
      session,
      ...as,
      byCode: false,
      mic: this.newUsersMic || as.admin,
      publishing: false,
      ignoring: new Set(),
      console: false,
      turn: ++this.turns,
    };
    this.members.set(session.uid, member);
    this.waitingSince = undefined;
    this.lost.delete(session.uid);
    this.departed.delete(session.uid);
    session.rooms.add(this.gid);
    return member;
  }

  remove(uid: Uid): Member | undefined {
    const member = this.members.get(uid);
    if (member === undefined) return undefined;
    this.members.delete(uid);
    member.session.rooms.delete(this.gid);
    this.lowerHand(uid);
    if (this.members.size === 0) {
      for (const [dotted, rank] of this.redDots) {
        if (rank === 0) this.redDots.delete(dotted);
      }
    }
    return member;
  }

  /** Adds a red dot; a lower rank does not replace a higher one. */
  addRedDot(uid: Uid, rank: number): void {
    this.redDots.set(uid, Math.max(rank, this.redDots.get(uid) ?? 0));
  }

  /** Returns whether a ban, bounce or red dot of this rank applies. */
  binds(rank: number, session: Session): boolean {
    if (session.isStaff) return rank > session.level;
    return session.uid !== this.owner || rank > 0;
  }

  maySpeak(uid: Uid): boolean {
    const member = this.members.get(uid);
    return member !== undefined && member.mic && !member.invisible &&
      !this.redDots.has(uid) && member.session.mute === undefined;
  }

  /**
   * Whether a red dot keeps the session from more than its voice, where the
   * room says so. Only one from somebody above counts: an admin who turns that
   * rule on must not silence the owner or staff by it.
   */
  isMuted(session: Session): boolean {
    const rank = this.redDots.get(session.uid);
    return rank !== undefined && this.binds(rank, session);
  }

  /** False when it was up already. */
  raiseHand(uid: Uid): boolean {
    if (this.hands.includes(uid)) return false;
    this.hands.push(uid);
    return true;
  }

  /** False when it was down already. */
  lowerHand(uid: Uid): boolean {
    const at = this.hands.indexOf(uid);
    if (at < 0) return false;
    this.hands.splice(at, 1);
    return true;
  }

  /** As the list of its category shows it. */
  get entry(): RoomEntry {
    return {
      gid: this.gid,
      name: this.name,
      members: this.visibleCount,
      voice: this.type === 4 ? 2 : this.isVoice ? 1 : 0,
      locked: this.isLocked,
      rating: this.rating,
    };
  }

  /** As ROOM_JOINED tells it to a member. */
  joined(member: Member, hasVideo: boolean): RoomJoined {
    return {
      gid: this.gid,
      type: this.type,
      admin: member.admin,
      locked: this.isLocked,
      invisible: member.invisible,
      category: this.category,
      video: hasVideo ? VIDEO_PANEL.full : VIDEO_PANEL.none,
      rating: this.rating,
      name: this.name,
    };
  }

  /** The same object again for as long as nothing of it changes. */
  memberEntry(member: Member): MemberEntry {
    const { session, entry: before } = member;
    const entry: MemberEntry = {
      gid: this.gid,
      uid: session.uid,
      nickname: session.nickname,
      admin: member.admin,
      color: session.account.color,
      mic: member.mic && !this.redDots.has(session.uid) &&
        session.mute === undefined,
      publishing: member.publishing,
      away: session.isAway,
      hand: this.hands.indexOf(session.uid) + 1,
    };
    if (before !== undefined && isSame(before, entry)) return before;
    member.entry = entry;
    return entry;
  }

  /** Everybody the lists may show. */
  memberEntries(): MemberEntry[] {
    const entries: MemberEntry[] = [];
    for (const member of this.members.values()) {
      if (!member.invisible) entries.push(this.memberEntry(member));
    }
    return entries;
  }
}

/** Of one member of one room: number and room are the same. */
function isSame(a: MemberEntry, b: MemberEntry): boolean {
  return a.nickname === b.nickname && a.admin === b.admin &&
    a.color === b.color && a.mic === b.mic && a.publishing === b.publishing &&
    a.away === b.away && a.hand === b.hand;
}
