/**
 * What the server keeps for a time, and which setting says for how long.
 *
 * @module
 */
import type { Millis } from "./ids.ts";

/** What grows by itself and is removed by age. */
export type AgeingKind =
  | "audit"
  | "complaints"
  | "sessions"
  | "places"
  | "messages"
  | "profileMessages"
  | "emailInvites"
  | "notes"
  | "statistics"
  | "load";
/** What has an end of its own and is removed when that has come. */
export type EndingKind =
  | "bans"
  | "mutes"
  | "resetLinks"
  | "emailLinks"
  | "inviteCodes"
  | "webSessions"
  | "mails";
export type KeptKind = AgeingKind | EndingKind;

export const ENDING: readonly EndingKind[] = [
  "bans",
  "mutes",
  "resetLinks",
  "emailLinks",
  "inviteCodes",
  "webSessions",
  "mails",
];

export interface Kept {
  /** The setting, in the section `store`. */
  readonly setting:
    | "audit_days"
    | "complaint_days"
    | "session_days"
    | "place_days"
    | "message_days"
    | "note_days"
    | "statistics_days";
  readonly label: string;
  /** What is in it about people. */
  readonly about: string;
  readonly kinds: readonly AgeingKind[];
}

export const KEPT: readonly Kept[] = [
  {
    setting: "audit_days",
    label: "Audit log",
    about: "Acts of staff and of rooms' admins, with names and addresses.",
    kinds: ["audit"],
  },
  {
    setting: "complaint_days",
    label: "Closed complaints",
    about: "Who complained about whom, and the lines of the room, if kept.",
    kinds: ["complaints"],
  },
  {
    setting: "session_days",
    label: "Past sessions",
    about: "When a user was online, and from which address.",
    kinds: ["sessions"],
  },
  {
    setting: "place_days",
    label: "Networks of sign-ons",
    about: "From which networks a user has signed on, to tell guesses apart.",
    kinds: ["places"],
  },
  {
    setting: "message_days",
    label: "Messages that wait",
    about: "Messages to users who are offline, and e-mail addresses that " +
      "users have invited.",
    kinds: ["messages", "profileMessages", "emailInvites"],
  },
  {
    setting: "note_days",
    label: "Notes of the staff",
    about: "What staff have written about a user.",
    kinds: ["notes"],
  },
  {
    setting: "statistics_days",
    label: "Statistics",
    about: "Load, busy hours and rooms, voice quality; no names of people.",
    kinds: ["statistics", "load"],
  },
];

export interface Retention {
  /** Removes at most `limit` entries from before then; how many there were. */
  prune(kind: KeptKind, before: Millis, limit: number): number;
  /** The time of the oldest entry; undefined: there is none. */
  oldest(kind: AgeingKind): Millis | undefined;
}
