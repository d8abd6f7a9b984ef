/**
 * The context of a handler: the sender, the state of the server, and the list
 * of effects.
 *
 * @module
 */
import { Effects } from "../domain/effects.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { AuditEntry, Gid, Millis, Store, Uid } from "../domain/store.ts";
import type { World } from "../domain/world.ts";
import { type ClientTypeName } from "../protocol/packet_types.ts";
import { refusal } from "../protocol/packets/signon.ts";
import type { Letters } from "../ops/letters.ts";
import type { SignOnStep } from "../ops/live.ts";
import type { PasswordHasher } from "../ops/password_hash.ts";
import type { Acting } from "../actions/acting.ts";
import type { AddressBans } from "../actions/address_bans.ts";
import type { Config } from "../config/config.ts";
import { TokenBucket } from "../net/rates.ts";
import type { OutsideLines } from "../net/outside_lines.ts";
import type { AnswerCache } from "./answer_cache.ts";
import type { FanoutBudget } from "./fanout_budget.ts";
import type { Counters } from "./counters.ts";
import type { SignOnGuard } from "../actions/sign_on_guard.ts";

/** The rate of log lines about what one connection does wrong. */
const COMPLAINTS = { perSecond: 0.5, burst: 20 };

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

/** Runs a command line that a user sent to the system user. */
export type RunCommand = (
  line: string,
  actor: Session,
) => Promise<readonly string[]>;

/** Where clients find voice. */
export interface MediaServer {
  /** Returns an IPv4 address for this session, by the network it comes from. */
  addressFor(session: Session): string | undefined;
  /** Returns the IPv4 address at which `viewer` can reach `subject`. */
  peerAddress(subject: Session, viewer: Session): string | undefined;
  /** Where this session finds the voice of a room. */
  voiceFor(gid: Gid, session: Session): MediaPlace | undefined;
  /** Where it finds the pictures of a room. */
  videoFor(gid: Gid, session: Session): MediaPlace | undefined;
}

export interface MediaPlace {
  readonly address: string;
  readonly port: number;
}

/** A file that the server should relay from one client to another. */
export interface RelayWish {
  readonly from: Uid;
  /** The address from which the sender will connect. */
  readonly sender: string;
  readonly to: Uid;
  /**
   * The address of the receiver's chat session, and the port on which it
   * listens.
   */
  readonly address: string;
  readonly port: number;
}

/**
 * The port for the sender, the reason why there is none, or a transfer that
 * runs already.
 */
export type RelayAnswer =
  | { readonly port: number }
  | { readonly fault: string }
  | "running";

export interface FileRelay {
  open(wish: RelayWish): Promise<RelayAnswer>;
}

/** A file that the server should keep for its receiver. */
export interface DropWish {
  readonly from: Uid;
  readonly sender: string;
  /** The address from which the sender will connect. */
  readonly address: string;
  readonly to: Uid;
  /** Called with a text when the file did not arrive: the reason. */
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
  /** E-mail; set when the server has started. */
  letters?(): Letters | null;
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
  readonly fanoutBudget: FanoutBudget;
  readonly addressBans: AddressBans;
  readonly media: MediaServer;
  /** The video port that clients are given; null when there is none. */
  videoPort(): number | null;
  /** The configuration in force, read at each use. */
  readonly settings: Config;
  /** Returns where clients are redirected; null when they stay here. */
  redirect(): { readonly address: string; readonly port: number } | null;
  /**
   * Returns the wall clock, for what is stored or shown; it may step either
   * way.
   */
  clock(): Millis;
  /**
   * Returns milliseconds of a clock that never steps, for deadlines and rates.
   */
  steady(): number;
  /** Returns at least 0 and less than 1. */
  random(): number;
  /** Ends and forgets a connection that `session` replaces or loses. */
  runCommand: RunCommand;
  /** Sends the frames already due to a room before its members change. */
  settleRoom(room: Room): void;
  /** Does something that no packet asked for, and performs its effects. */
  act(work: (ctx: Context) => void): void;
  /** Reports a step for `doctor --wait`. */
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

  /** The wall clock, for what is stored or shown. */
  get now(): Millis {
    return this.services.clock();
  }

  /** The clock that never steps, for deadlines, throttles and rates. */
  get steady(): number {
    return this.services.steady();
  }

  /** Fields that every log line about this session carries. */
  get who(): Record<string, unknown> {
    const { id, uid, nickname, address } = this.session;
    return { session: id, uid, nickname, address };
  }

  /**
   * The sender as a use case sees it. `live` is null, because a handler tells
   * the clients itself, in the order of its other frames.
   */
  get acting(): Acting {
    const { nickname, uid, address, level } = this.session;
    return {
      store: this.store,
      live: null,
      letters: this.services.letters?.() ?? null,
      actor: { name: nickname, uid, address, level },
      now: () => this.now,
    };
  }

  /** Sends a frame to the sender of the packet. */
  reply(frame: Uint8Array): void {
    this.out.send(this.session, frame);
  }

  /** Tells the sender and the log why the packet was refused. */
  refuse(to: ClientTypeName, sentence: string): void {
    this.services.counters.refused(to);
    this.complain("refused", { packet: to, reason: sentence });
    this.reply(refusal(to, sentence));
  }

  /** Logs a packet that was used wrongly and needs no answer. */
  ignore(what: string, fields: Record<string, unknown> = {}): void {
    this.services.counters.ignored();
    this.complain(what, fields);
  }

  /**
   * Logs a packet that was wrong. A flood of such packets must not flood the
   * log or push important lines out of it: beyond a rate only some are logged,
   * with the number of those that were not.
   */
  complain(what: string, fields: Record<string, unknown>): void {
    const { session, steady: now } = this;
    session.complaints ??= {
      rate: new TokenBucket(COMPLAINTS),
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
   * Returns whether the client may cause a log line: authenticated clients have
   * a rate of their own, the others share that of their host.
   */
  mayHaveLine(): boolean {
    const { session, services } = this;
    return session.phase === "online" ||
      services.outsideLines.take(session.address);
  }

  /** Returns the session of a user who is online. */
  online(uid: Uid): Session | undefined {
    const session = this.world.online.get(uid);
    // During a planned restart, sessions whose connection has ended stay
    // listed.
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
