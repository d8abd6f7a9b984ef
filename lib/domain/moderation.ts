/**
 * What staff work with besides bans, as stored: complaints, mutes, notes, past
 * sessions, listed words, emergencies, two-step sign-in.
 *
 * @module
 */
import type { Gid, Millis, Uid } from "./ids.ts";

export type ComplaintState = "open" | "taken" | "closed";
export const COMPLAINT_STATES = ["open", "taken", "closed"] as const;

/** One line of a room, kept with a complaint. */
export interface RoomLine {
  readonly at: Millis;
  readonly nickname: string;
  readonly text: string;
}

/** A call for staff, about a user or about events in a room. */
export interface Complaint {
  readonly id: number;
  readonly at: Millis;
  /** Null when the command line filed it, or when the account was removed. */
  readonly reporter: Uid | null;
  readonly reporterName: string;
  readonly about: Uid | null;
  /** Empty when it is about nobody in particular. */
  readonly aboutName: string;
  readonly gid: Gid | null;
  readonly room: string;
  readonly text: string;
  /** The last lines of the room; empty unless the host has turned that on. */
  readonly lines: readonly RoomLine[];
  readonly state: ComplaintState;
  readonly note: string;
  /** The member of staff who took or closed it; empty when nobody has. */
  readonly handledBy: string;
  readonly handledAt: Millis | null;
}

export type NewComplaint = Omit<
  Complaint,
  "id" | "state" | "note" | "handledBy" | "handledAt"
>;
export type ComplaintPatch = Partial<
  Pick<Complaint, "state" | "note" | "handledBy" | "handledAt">
>;

export interface ComplaintFilter {
  /** "waiting" means open and taken ones. */
  readonly state?: ComplaintState | "waiting";
  readonly about?: Uid;
  readonly reporter?: Uid;
  readonly limit?: number;
  readonly offset?: number;
}

export interface Complaints {
  add(complaint: NewComplaint): Complaint;
  get(id: number): Complaint | undefined;
  /** Newest first; 100 when no limit is given. */
  list(filter?: ComplaintFilter): Complaint[];
  update(id: number, patch: ComplaintPatch): void;
  /** Counts the complaints of this reporter from `since` on. */
  countBy(reporter: Uid, since: Millis): number;
}

/** Keeps a user from writing, speaking and showing video anywhere. */
export interface Mute {
  readonly uid: Uid;
  readonly reason: string;
  readonly by: string;
  /**
   * The level of the member of staff who set it; it binds users below that
   * level.
   */
  readonly rank: number;
  readonly at: Millis;
  /** Null when it lasts until it is lifted. */
  readonly until: Millis | null;
}

export interface Mutes {
  /** Replaces an earlier mute of the same user. */
  set(mute: Mute): void;
  /** Returns the mute in force at `now`. */
  get(uid: Uid, now: Millis): Mute | undefined;
  list(now: Millis): Mute[];
  remove(uid: Uid): boolean;
}

/** A note by staff about a user, for other staff. */
export interface UserNote {
  readonly id: number;
  readonly uid: Uid;
  readonly at: Millis;
  readonly by: string;
  readonly text: string;
}

export interface UserNotes {
  add(note: Omit<UserNote, "id">): UserNote;
  get(id: number): UserNote | undefined;
  /** Newest first. */
  list(uid: Uid): UserNote[];
  remove(id: number): boolean;
}

export interface PastSession {
  readonly uid: Uid;
  readonly beganAt: Millis;
  readonly endedAt: Millis;
  readonly address: string;
}

export interface PastSessions {
  /** Not durable immediately: written with the next batch (`Store.flush`). */
  add(session: PastSession): void;
  /** Newest first. */
  list(uid: Uid, limit: number): PastSession[];
}

/**
 * What happens to a line with a listed word: it is refused, the word is masked
 * with stars, or staff are told.
 */
export type WordAction = "refuse" | "mask" | "flag";
export const WORD_ACTIONS = ["refuse", "mask", "flag"] as const;

export interface ListedWord {
  /** A word or phrase; `*` at either end matches any letters. */
  readonly word: string;
  readonly action: WordAction;
  readonly by: string;
  readonly at: Millis;
}

export interface Words {
  /** Replaces an entry for the same word. */
  set(word: ListedWord): void;
  /** In alphabetical order. */
  list(): ListedWord[];
  remove(word: string): boolean;
}

/** Who may sign on: everybody, users with an account, or staff. */
export type EmergencyLevel = "open" | "members" | "staff";
export const EMERGENCY_LEVELS = ["open", "members", "staff"] as const;

export interface EmergencyState {
  readonly level: EmergencyLevel;
  readonly reason: string;
  readonly by: string;
  readonly at: Millis;
}

export interface Emergency {
  get(): EmergencyState;
  set(state: EmergencyState): void;
}

/** Two-step sign-in of one account on the pages. */
export interface TwoStep {
  readonly uid: Uid;
  /** Base32, as in the authenticator app. */
  readonly secret: string;
  readonly since: Millis;
  /**
   * Number of the last 30-second step whose code was used: each code works
   * once.
   */
  readonly lastStep: number;
  /** SHA-256 of the unused recovery codes. */
  readonly recovery: readonly string[];
}

export interface TwoSteps {
  get(uid: Uid): TwoStep | undefined;
  set(one: TwoStep): void;
  remove(uid: Uid): boolean;
}

/** An account that waits for approval, or was rejected. */
export interface Application {
  readonly uid: Uid;
  readonly at: Millis;
  /** The host key of the applicant's address (`hostKey`). */
  readonly host: string;
  /** The applicant's text for the host. */
  readonly message: string;
  /** Null while it waits. */
  readonly rejectedAt: Millis | null;
  readonly rejectedBy: string;
  readonly reason: string;
  /** When the account is removed. */
  readonly expiresAt: Millis;
}

/** At most a thousand; registration enforces it. */
export interface Applications {
  get(uid: Uid): Application | undefined;
  /** Replaces an earlier application of the same account. */
  set(one: Application): void;
  remove(uid: Uid): boolean;
  /** Oldest first, including rejected ones. */
  list(): Application[];
  countFrom(host: string): number;
  count(): number;
  expired(now: Millis): Application[];
}
