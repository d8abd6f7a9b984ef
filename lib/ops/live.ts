/**
 * The port through which commands, pages and the control channel see the
 * running server, as types only. lib/server/live.ts implements it; without a
 * running server it is null, and a command works on the store alone.
 *
 * Every call takes effect before it returns as far as the server's memory
 * goes; bytes to clients go out with the next turn of the event loop.
 *
 * @module
 */
import type { Letters } from "./letters.ts";
import type { Gid, Millis, Role, Uid } from "../domain/store.ts";

/**
 * What a client does when its session is ended: it shows its sign-on window, it
 * signs off and exits, or it exits immediately.
 */
export type Farewell = "sign-on" | "close" | "exit";

/** One chat connection, signed on or not yet. */
export interface SessionInfo {
  /** Number of the connection since the server's start. */
  readonly id: number;
  /** Null until sign-on is complete. */
  readonly uid: Uid | null;
  readonly nickname: string | null;
  readonly role: Role;
  readonly address: string;
  readonly port: number;
  readonly connectedAt: Millis;
  readonly lastPacketAt: Millis;
  /** What the client calls itself in the version word of its frames. */
  readonly clientVersion: number | null;
  readonly phase: "hello" | "login" | "online";
  readonly away: boolean;
  readonly rooms: readonly Gid[];
  /** Bytes waiting in its outbox. */
  readonly queuedBytes: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
}

export interface MemberInfo {
  readonly uid: Uid;
  readonly nickname: string;
  readonly admin: boolean;
  readonly invisible: boolean;
  readonly mic: boolean;
  readonly redDot: boolean;
  readonly hand: boolean;
  /** How the user's voice is transported at this moment. */
  readonly voice: "none" | "tcp" | "udp";
}

/** An open room, permanent or temporary. */
export interface RoomInfo {
  readonly gid: Gid;
  readonly name: string;
  readonly category: number;
  readonly type: number;
  readonly rating: string;
  readonly permanent: boolean;
  readonly locked: boolean;
  readonly owner: Uid | null;
  readonly members: readonly MemberInfo[];
  /** The member who holds the floor. */
  readonly talker: Uid | null;
}

/** A webcam, without its picture. */
export interface WebcamInfo {
  readonly uid: Uid;
  readonly nickname: string;
  readonly gid: Gid;
  readonly room: string;
  readonly since: Millis;
  /** At least one picture has arrived, so members see the icon. */
  readonly live: boolean;
  /** False while nobody is watching. */
  readonly sending: boolean;
  readonly viewers: number;
  readonly pictures: number;
  readonly bytes: number;
}

/** A refusal or an error kept for `status`. */
export interface RecentError {
  readonly at: Millis;
  readonly category: string;
  readonly message: string;
}

/** The certificate that the pages show. */
export interface TlsStatus {
  readonly mode: "self" | "files" | "acme";
  readonly names: readonly string[];
  readonly issuer: string;
  readonly until: Millis;
  /** SHA-256 in hex, as browsers show it. */
  readonly fingerprint: string;
  /** Why it could not be read or renewed. */
  readonly problem: string | null;
}

/** All counters since the start; rates are over the last full ten seconds. */
export interface Status {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: Millis;
  readonly uptimeSeconds: number;
  readonly endpoints: {
    readonly chat: string;
    readonly voice: string;
    /** Null when webcams are off. */
    readonly video: string | null;
    readonly web: string | null;
    /** The pages by HTTPS; null when it is off. */
    readonly webs: string | null;
    /** The voice server's address announced to clients. */
    readonly advertised: string;
    /** The address announced in private networks, if different. */
    readonly advertisedPrivate: string;
  };
  /** The certificate of the pages; null without HTTPS. */
  readonly tls: TlsStatus | null;
  readonly connections: number;
  readonly sessions: number;
  readonly peakSessions: number;
  readonly rooms: number;
  readonly voiceLinks: { readonly tcp: number; readonly udp: number };
  readonly talkers: number;
  readonly video: {
    /** Members who asked to publish, and those whose picture has come. */
    readonly publishers: number;
    readonly live: number;
    readonly views: number;
    readonly connections: number;
  };
  readonly rates: {
    readonly packetsIn: number;
    readonly packetsOut: number;
    readonly voiceFramesIn: number;
    readonly voiceFramesOut: number;
    readonly videoBytesIn: number;
    readonly videoBytesOut: number;
  };
  readonly totals: {
    readonly packetsIn: number;
    readonly packetsOut: number;
    readonly voiceFramesIn: number;
    readonly voiceFramesOut: number;
    readonly voiceFramesDropped: number;
    readonly picturesIn: number;
    readonly picturesOut: number;
    readonly picturesRefused: number;
    readonly videoBytesIn: number;
    readonly videoBytesOut: number;
    readonly signOns: number;
    readonly signOnsRefused: number;
    readonly packetsOverRate: number;
    readonly unknownPackets: number;
    readonly slowClientsClosed: number;
    readonly malformedPackets: number;
    /** Packets answered with a refusal of any kind. */
    readonly packetsRefused: number;
    readonly floodersClosed: number;
    readonly connectionsRefused: number;
    /** Unauthenticated connections closed because the server was full. */
    readonly strangersClosed: number;
    /** Packets that ended in an error of the server. */
    readonly packetErrors: number;
    /** Errors of the server outside any packet. */
    readonly coreErrors: number;
  };
  readonly memory: { readonly rss: number; readonly heapUsed: number };
  readonly queues: {
    readonly outboxBytes: number;
    readonly largestOutboxBytes: number;
    readonly passwordHashes: number;
  };
  readonly loopLagMs: { readonly p50: number; readonly p99: number };
  /** Every limit in force, by its configuration key. */
  readonly limits: Readonly<Record<string, number>>;
  readonly errors: readonly RecentError[];
}

/** One line for `log tail` and `capture`. */
export interface TailEvent {
  readonly at: Millis;
  readonly kind: "connect" | "frame" | "voice" | "log" | "close";
  /** Connection number as in {@linkcode SessionInfo}. */
  readonly session: number;
  readonly uid: Uid | null;
  readonly nickname: string | null;
  readonly address: string;
  /** For frames: "C>S" from the client, "S>C" to it. */
  readonly direction?: "C>S" | "S>C";
  readonly type?: number;
  readonly version?: number;
  readonly name?: string;
  /** Payload in hex, passwords and texts already blanked when redacted. */
  readonly payload?: string;
  readonly length?: number;
  readonly room?: Gid;
  readonly message?: string;
}

export interface TailFilter {
  /** Nothing given: everybody. */
  readonly uid?: Uid;
  readonly gid?: Gid;
  readonly address?: string;
  /** With payloads; without it only names, sizes and log lines. */
  readonly payloads?: boolean;
  /** Blanks passwords and message texts; true unless said otherwise. */
  readonly redact?: boolean;
}

/** How far a client's sign-on came, for `doctor --wait`. */
export interface SignOnStep {
  readonly at: Millis;
  readonly session: number;
  readonly address: string;
  /** The address and port on this machine at which it arrived. */
  readonly localAddress: string;
  readonly nickname: string | null;
  readonly step:
    | "connected"
    | "hello"
    | "uin-asked"
    | "uin-answered"
    | "lymerick"
    | "key-sent"
    | "login"
    | "refused"
    | "online"
    | "voice"
    | "closed";
  /** For `refused` and `closed`: why. */
  readonly detail?: string;
}

/** The running server as commands see it. */
export interface Live {
  status(): Status;
  sessions(): SessionInfo[];
  /** Returns every open room, including hidden ones. */
  rooms(): RoomInfo[];
  webcams(): WebcamInfo[];
  isOnline(uid: Uid): boolean;
  /** Updates the statistics in the store. */
  refreshStatistics(): void;

  /**
   * Tells the user why, in a form that their client understands, and closes the
   * session.
   */
  kick(uid: Uid, reason: string, farewell?: Farewell): boolean;
  /**
   * Does the same for every connection, signed on or not, whose address
   * matches.
   */
  kickAddress(
    matches: (address: string, uid: Uid | null) => boolean,
    reason: string,
  ): number;
  /**
   * Ends a user's picture, and prevents publishing until `until`. Returns false
   * when there was no picture.
   */
  stopVideo(uid: Uid, until: Millis): boolean;
  /** Returns false when the user's video was not stopped. */
  allowVideo(uid: Uid): boolean;
  /**
   * Notifies and removes all members. Returns false when the room is not open.
   */
  closeRoom(gid: Gid, reason: string): boolean;
  /**
   * Moves a signed-on user into a room. Returns false when either is missing.
   */
  moveUser(uid: Uid, gid: Gid): boolean;
  /**
   * Removes a user from a room and keeps them out. Returns whether they were in
   * it.
   */
  bounce(gid: Gid, uid: Uid, rank: number, text: string): boolean;
  /** Sets the slow mode of an open room. Returns false when it is not open. */
  setSlow(gid: Gid, seconds: number): boolean;
  /**
   * Sends an instant message from the system user. Returns false when the
   * receiver is offline.
   */
  message(uid: Uid, text: string): boolean;
  /**
   * Shows a box with this text on every screen. Returns the number of
   * receivers.
   */
  broadcast(text: string): number;

  /** Called when the store's row of this permanent room is new or changed. */
  roomChanged(gid: Gid): void;
  /**
   * Called when the store's row is gone: closes the room and removes it from
   * the lists.
   */
  roomRemoved(gid: Gid, reason: string): void;
  categoriesChanged(): void;
  /**
   * Called when name, role, colour, … have changed: notifies pals and rooms.
   */
  accountChanged(uid: Uid): void;
  /**
   * Called when another user was added to, or removed from, a user's own list.
   */
  relationChanged(uid: Uid, other: Uid): void;
  /**
   * Called when the account was removed: ends its session and closes its rooms.
   */
  accountRemoved(uid: Uid, reason: string): void;
  /** Called when the list of words has changed. */
  wordsChanged(): void;
  /** Called when a mute was given or lifted: notifies the user's rooms. */
  muteChanged(uid: Uid): void;

  /** E-mail; null while the host has configured none. */
  letters(): Letters | null;

  /** Calls `sink` until the returned function is called. */
  tail(filter: TailFilter, sink: (event: TailEvent) => void): () => void;
  watchSignOns(sink: (step: SignOnStep) => void): () => void;
  /** Restarts the server. Returns why not, when it cannot. */
  restart(force: boolean): string | null;
  /** Stops the server as SIGTERM does. */
  stop(reason: string): void;
}
