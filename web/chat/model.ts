/**
 * The state that the page shows. Only session.ts and packets.ts change it;
 * views read it.
 *
 * @module
 */
import type {
  CategoryEntry,
  RoomEntry,
} from "../../lib/protocol/packets/lists.ts";
import type { MemberEntry } from "../../lib/protocol/packets/members.ts";
import type { RoomAdminInfo } from "../../lib/protocol/packets/moderation.ts";
import type { Person } from "../../lib/protocol/packets/pals.ts";
import type { Invite } from "../../lib/protocol/packets/rooms.ts";

export type Phase =
  | "signed-out"
  | "connecting"
  | "online"
  /** The line was lost; the page tries again by itself. */
  | "lost";

/** `sending` until the server has answered a later question. */
export type Delivery = "sent" | "sending" | "unsure" | "refused";

export interface Line {
  readonly id: number;
  readonly at: Date;
  /** Sender; 0 and values above 0xfffffff0 are the server itself. */
  readonly uid: number;
  readonly name: string;
  /** Text with the client's markup. */
  readonly text: string;
  readonly kind: "said" | "whisper" | "profile" | "notice" | "welcome";
  readonly own: boolean;
  delivery: Delivery;
}

export interface Room {
  readonly gid: number;
  readonly name: string;
  readonly hasVoice: boolean;
  readonly hasVideo: boolean;
  readonly lockword: string;
  readonly invisible: boolean;
  admin: boolean;
  readonly members: Map<number, MemberEntry>;
  readonly cameras: Set<number>;
  readonly ignored: Set<number>;
  readonly redDots: Set<number>;
  readonly lines: Line[];
  banner: string;
  unread: number;
  console: RoomAdminInfo | undefined;
}

export interface Conversation {
  readonly uid: number;
  readonly lines: Line[];
  unread: number;
}

export interface Pal extends Person {
  status: number;
}

/** A message to the user; an `alert` stays until it is closed. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly title: string;
}

/** The user's own account. */
export interface Me {
  readonly uid: number;
  readonly nickname: string;
  /**
   * Whether the user may enter rooms invisibly, as staff and paid levels may.
   */
  readonly mayHide: boolean;
  readonly first: string;
  readonly last: string;
  readonly email: string;
}

/** Current number of users in a room. */
export interface Crowd {
  readonly people: number;
  readonly speaking: boolean;
}

/** The open tab: a room, a conversation, or the room list. */
export type Tab =
  | { readonly kind: "rooms" }
  | { readonly kind: "room"; readonly gid: number }
  | { readonly kind: "person"; readonly uid: number };

export class Model {
  phase: Phase = "signed-out";
  /**
   * Whether this browser's web session has ended, so that a password is needed.
   */
  asksPassword = false;
  /** Why the page is signed out. */
  sentence = "";
  me: Me = {
    uid: 0,
    nickname: "",
    mayHide: false,
    first: "",
    last: "",
    email: "",
  };
  away = false;
  categories: readonly CategoryEntry[] = [];
  readonly counts = new Map<number, number>();
  readonly lists = new Map<number, readonly RoomEntry[]>();
  /** User counts by room, newer than the lists while the room list is open. */
  crowds: ReadonlyMap<number, Crowd> = new Map();
  readonly rooms = new Map<number, Room>();
  readonly conversations = new Map<number, Conversation>();
  readonly pals = new Map<number, Pal>();
  readonly blocked = new Map<number, string>();
  /** Nicknames of all users met so far. */
  readonly names = new Map<number, string>();
  invites: readonly Invite[] = [];
  notices: readonly Notice[] = [];
  tab: Tab = { kind: "rooms" };
  /** Users who are speaking, by room; the lists are never empty. */
  readonly speaking = new Map<number, readonly number[]>();
  /** Lines of this visit, including those of rooms left and tabs closed. */
  readonly #history = new Map<string, Line[]>();
  #nextId = 1;
  #listeners = new Set<() => void>();
  #scheduled = false;

  /** Calls `listener` after changes. Returns an unsubscribe function. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Notifies the views, which redraw once for many changes. Call it after each
   * change.
   */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  nextId(): number {
    return this.#nextId++;
  }

  nameOf(uid: number): string {
    if (uid === this.me.uid) return this.me.nickname;
    const pal = this.pals.get(uid);
    return pal?.display ?? pal?.nickname ?? this.names.get(uid) ?? `#${uid}`;
  }

  /** Sets the user's own name for a pal; "" for the nickname. */
  rename(uid: number, name: string): void {
    const pal = this.pals.get(uid);
    if (pal === undefined) return;
    const { display: _, ...others } = pal;
    this.pals.set(uid, name === "" ? others : { ...others, display: name });
    this.changed();
  }

  /** Records whether a user is speaking in a room. */
  speaks(gid: number, uid: number, on: boolean): void {
    const others = (this.speaking.get(gid) ?? []).filter((one) => one !== uid);
    const now = on ? [...others, uid] : others;
    if (now.length > 0) this.speaking.set(gid, now);
    else this.speaking.delete(gid);
    this.changed();
  }

  conversation(uid: number): Conversation {
    let one = this.conversations.get(uid);
    if (one === undefined) {
      one = { uid, lines: this.linesOf("person", uid), unread: 0 };
      this.conversations.set(uid, one);
    }
    return one;
  }

  /** Returns the lines of a room or person during this visit. */
  linesOf(kind: "room" | "person", id: number): Line[] {
    const key = `${kind} ${id}`;
    const lines = this.#history.get(key) ?? [];
    this.#history.set(key, lines);
    return lines;
  }

  notice(text: string, title = ""): void {
    const notice = { id: this.nextId(), text, title };
    this.notices = [...this.notices.slice(-9), notice];
    this.changed();
  }

  closeNotice(id: number): void {
    this.notices = this.notices.filter((one) => one.id !== id);
    this.changed();
  }

  open(tab: Tab): void {
    this.tab = tab;
    this.current()!.unread = 0;
    this.changed();
  }

  /** Returns the open tab's unread counter; the room list has none. */
  current(): { unread: number } | undefined {
    const { tab } = this;
    if (tab.kind === "room") return this.rooms.get(tab.gid) ?? { unread: 0 };
    if (tab.kind === "person") return this.conversation(tab.uid);
    return { unread: 0 };
  }

  get unread(): number {
    const all = [...this.rooms.values(), ...this.conversations.values()];
    return all.reduce((sum, one) => sum + one.unread, 0);
  }

  /** Resets the state of one sign-on, but keeps the lines. */
  lineLost(): void {
    this.speaking.clear();
    for (const lines of this.#history.values()) {
      for (const line of lines) {
        if (line.delivery === "sending") line.delivery = "unsure";
      }
    }
    this.changed();
  }

  reset(): void {
    this.lists.clear();
    this.#history.clear();
    this.rooms.clear();
    this.pals.clear();
    this.blocked.clear();
    this.conversations.clear();
    this.invites = [];
    this.speaking.clear();
    this.away = false;
    this.tab = { kind: "rooms" };
    this.changed();
  }
}
