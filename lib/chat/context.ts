/**
 * What a handler works with: who speaks, what the server knows, and where its
 * wishes go.
 *
 * @module
 */
import { Effects } from "../domain/effects.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { AuditEntry, Millis, Store, Uid } from "../domain/store.ts";
import type { World } from "../domain/world.ts";
import { type ClientTypeName } from "../protocol/packet_types.ts";
import { refusal } from "../protocol/packets/signon.ts";
import type { SignOnStep } from "../ops/live.ts";
import type { PasswordHasher } from "../ops/password_hash.ts";
import type { Acting } from "../actions/acting.ts";
import type { AddressBans } from "../actions/address_bans.ts";
import type { Config } from "../config/config.ts";
import { TokenBucket } from "../net/rates.ts";
import type { OutsideLines } from "../net/outside_lines.ts";
import type { AnswerCache } from "./answer_cache.ts";
import type { Counters } from "./counters.ts";
import type { SignOnGuard } from "../actions/sign_on_guard.ts";

/** Log lines about what one connection does wrong. */
const COMPLAINTS_PER_SECOND = 0.5;
const COMPLAINTS_AT_ONCE = 20;

/** The part of a logger that handlers use. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Slow, queued password work (docs/adr/0005-password-storage.md). */
export type Passwords = Pick<
  PasswordHasher,
  "hash" | "verify" | "verifyAbsent"
>;

/** Runs a command line that somebody wrote to the system user. */
export type RunCommand = (
  line: string,
  actor: Session,
) => Promise<readonly string[]>;

/** Where clients are told that voice is. */
export interface MediaServer {
  /** IPv4 for this session, by the network it comes from. */
  addressFor(session: Session): string | undefined;
  /** How `subject` is to be reached from where `viewer` is; IPv4. */
  peerAddress(subject: Session, viewer: Session): string | undefined;
  readonly port: number;
}

/** A file that the server is to carry from one client to another. */
export interface RelayWish {
  readonly from: Uid;
  /** The address from which the sender will connect. */
  readonly sender: string;
  readonly to: Uid;
  /** That of the receiver's chat session, and where it listens. */
  readonly address: string;
  readonly port: number;
}

/** The port for the sender, why there is none, or a file that runs already. */
export type RelayAnswer =
  | { readonly port: number }
  | { readonly fault: string }
  | "running";

export interface FileRelay {
  open(wish: RelayWish): Promise<RelayAnswer>;
}

/** A file that the server is to keep for its receiver. */
export interface DropWish {
  readonly from: Uid;
  readonly sender: string;
  /** From which the sender will connect. */
  readonly address: string;
  readonly to: Uid;
  /** With a text: it did not arrive, and why. */
  arrived(file: Arrived | string): void;
}

export interface Arrived {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly expiresAt: Millis;
}

export interface FileDrop {
  open(wish: DropWish): RelayAnswer;
}

/** What all handlers share. */
export interface Services {
  readonly fileDrop?: FileDrop;
  /** The port of the pages, for links; null when there are none. */
  webPort?(): number | null;
  /** Absent in tests that carry no files. */
  readonly fileRelay?: FileRelay;
  readonly world: World;
  readonly store: Store;
  readonly passwords: Passwords;
  readonly log: Log;
  readonly counters: Counters;
  /** Log lines that clients may cause before they have signed on. */
  readonly outsideLines: OutsideLines;
  readonly guard: SignOnGuard;
  readonly answers: AnswerCache;
  readonly addressBans: AddressBans;
  readonly media: MediaServer;
  /** The port that clients are told for video; null when there is none. */
  videoPort(): number | null;
  /** The configuration in force, read at each use. */
  readonly settings: Config;
  /** Where clients are sent on; null: they stay here. */
  redirect(): { readonly address: string; readonly port: number } | null;
  /** Wall clock, for what is stored or shown; it may step either way. */
  clock(): Millis;
  /** Milliseconds of a clock that never steps, for deadlines and rates. */
  steady(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** Ends and forgets a connection that `session` replaces or loses. */
  runCommand: RunCommand;
  /** Frames already promised to a room go out before its members change. */
  settleRoom(room: Room): void;
  /** Does something that no packet asks for, and performs what it wishes. */
  act(work: (ctx: Context) => void): void;
  /** For `doctor --wait`. */
  signOnStep(session: Session, step: SignOnStep["step"], detail?: string): void;
}

export class Context {
  readonly out = new Effects();

  constructor(readonly services: Services, readonly session: Session) {}

  get world(): World {
    return this.services.world;
  }

  get store(): Store {
    return this.services.store;
  }

  get settings(): Config {
    return this.services.settings;
  }

  get log(): Log {
    return this.services.log;
  }

  /** Wall clock: for what is stored or shown. */
  get now(): Millis {
    return this.services.clock();
  }

  /** Never steps: for deadlines, throttles and rates. */
  get steady(): number {
    return this.services.steady();
  }

  /** Fields that every log line about this session carries. */
  get who(): Record<string, unknown> {
    const { id, uid, nickname, address } = this.session;
    return { session: id, uid, nickname, address };
  }

  /**
   * The sender as a use case sees it. `live` is null: a handler tells the
   * clients itself, in the order of its other frames.
   */
  get acting(): Acting {
    const { nickname, uid, address, level } = this.session;
    return {
      store: this.store,
      live: null,
      actor: { name: nickname, uid, address, level },
      now: () => this.now,
    };
  }

  /** A frame to the sender of the packet. */
  reply(frame: Uint8Array): void {
    this.out.send(this.session, frame);
  }

  /** Tells the sender, and the log, why the packet was refused. */
  refuse(to: ClientTypeName, sentence: string): void {
    this.services.counters.refused(to);
    this.complain("refused", { packet: to, reason: sentence });
    this.reply(refusal(to, sentence));
  }

  /** For packets whose wrong use deserves a log line and no answer. */
  ignore(what: string, fields: Record<string, unknown> = {}): void {
    this.services.counters.ignored();
    this.complain(what, fields);
  }

  /**
   * A log line about a packet that was wrong. A flood of such packets must not
   * be one of the log, nor push out of it what matters: after a while only
   * some of them have a line, which says how many had none.
   */
  complain(what: string, fields: Record<string, unknown>): void {
    const { session, steady: now } = this;
    session.complaints ??= {
      rate: new TokenBucket(COMPLAINTS_PER_SECOND, COMPLAINTS_AT_ONCE, now),
      unsaid: 0,
    };
    const { complaints } = session;
    if (!complaints.rate.take(now) || !this.mayHaveLine()) {
      complaints.unsaid++;
      return;
    }
    const { unsaid } = complaints;
    complaints.unsaid = 0;
    this.log.info(what, {
      ...this.who,
      ...fields,
      ...(unsaid > 0 && { unsaid }),
    });
  }

  /**
   * Whether the client may cause a line of the log: authenticated ones answer
   * for theirs, the others share what their host may cause.
   */
  mayHaveLine(): boolean {
    const { session, services } = this;
    return session.phase === "online" ||
      services.outsideLines.take(session.address);
  }

  /** The session of a user who is online. */
  online(uid: Uid): Session | undefined {
    const session = this.world.online.get(uid);
    // In a planned restart those whose connection has ended stay listed.
    return session?.phase === "online" ? session : undefined;
  }

  audit(
    entry: Pick<AuditEntry, "action" | "target"> & Partial<AuditEntry>,
  ): void {
    this.store.audit.add({
      at: this.now,
      actor: this.session.nickname,
      actorUid: this.session.uid,
      address: this.session.address,
      before: null,
      after: null,
      ...entry,
    });
  }
}
