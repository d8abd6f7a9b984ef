/**
 * The parts of the server that pages may use, and what they know about the
 * visitor.
 *
 * @module
 */
import type { AddressBans } from "../actions/address_bans.ts";
import type { Admission } from "../net/admission.ts";
import type { SignOnGuard } from "../actions/sign_on_guard.ts";
import type { Hono } from "hono";
import type { Context as HonoContext } from "hono";
import type { Actor, Context as CommandContext } from "../commands/command.ts";
import type { Live } from "../ops/live.ts";
import type { Config } from "../config/config.ts";
import type { SettingsKeeper } from "../config/settings_keeper.ts";
import type { Account, Millis, Store, Uid } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";
import type { Housekeeper } from "../upkeep/housekeeping.ts";
import type { NightlyBackups } from "../upkeep/nightly_backups.ts";
import type { Registry } from "../ops/metrics.ts";
import type { Turn } from "../ops/password_hash.ts";
import type { FileDrops } from "../files/drop.ts";
import type { OutsideLines } from "../net/outside_lines.ts";
import type { KeyedBuckets } from "../net/rates.ts";
import type { FormTokens } from "./form_tokens.ts";
import type { FrontPageState } from "./front_state.ts";
import type { SetupDoor } from "./setup_door.ts";
import type { Tickets } from "./sockets/tickets.ts";
import type { SecondSteps } from "./second_step.ts";
import type { OpenStreams } from "./open_streams.ts";
import type { WebSession, WebSessions } from "./web_sessions.ts";

/** Hashes and checks passwords; implemented by `PasswordHasher`. */
export interface Passwords {
  hash(password: Uint8Array, turn?: Turn): Promise<string>;
  verify(phc: string, password: Uint8Array, turn?: Turn): Promise<boolean>;
  verifyAbsent(password: Uint8Array, turn?: Turn): Promise<false>;
}

/** Slows down guessing; shared with the chat side. */
export type Guard = Pick<
  SignOnGuard,
  "attempt" | "registrationWait" | "registered"
>;

export interface CommandRun {
  readonly emit: CommandContext["emit"];
  readonly signal: AbortSignal;
}

export interface Site {
  readonly store: Store;
  readonly live: Live;
  readonly passwords: Passwords;
  readonly addressBans: AddressBans;
  readonly admission: Admission;
  readonly guard: Guard;
  readonly log: Logger;
  /** Budget of log lines caused by visitors who have not signed in. */
  readonly outsideLines: OutsideLines;
  /** Wall clock, for times that are stored or shown. */
  clock(): Millis;
  /** Clock that never steps: for deadlines, throttles and rates. */
  steady(): number;
  /** Returns the current configuration; called at each use. */
  config(): Config;
  /** Returns the context in which a command of this actor runs. */
  commandContext(actor: Actor, run: CommandRun): CommandContext;
  /**
   * Writes a consistent copy of the database for download; null: not offered.
   */
  readonly backup: ((file: string) => Promise<unknown>) | null;
  /** Changes settings; null: they are read-only here. */
  readonly settings: SettingsKeeper | null;
  /** Opens the setup page; null: it does not exist. */
  readonly setupDoor: SetupDoor | null;
  /** Automatic backups; null: none are made. */
  readonly backups: NightlyBackups | null;
  /** PEM of the host's own authority; undefined when there is none. */
  authority(): string | undefined;
  /** Stops the server to restore a backup; null: not offered. */
  readonly restore: ((file: string, actor: Actor) => void) | null;
  /** Removes expired data; null: nothing does. */
  readonly house: Pick<Housekeeper, "last"> | null;
  readonly metrics: Registry;
  readonly sessions: WebSessions;
  readonly secondSteps: SecondSteps;
  readonly tokens: FormTokens;
  readonly front: FrontPageState;
  readonly streams: OpenStreams;
  /** The rate of audited actions of each account. */
  readonly acts: KeyedBuckets<Uid>;
  readonly tickets: Tickets;
  /** Files that wait for their receivers; null: not offered. */
  readonly drops: FileDrops | null;
  /** Returns the chat session of an account; undefined: offline. */
  sessionOf(uid: Uid): number | undefined;
}

/** The sender of a request, determined before any page handles it. */
export interface Visitor {
  /** The visitor's own address, even behind trusted proxies. */
  readonly address: string;
  /** This site's origin as the browser sees it, without a final slash. */
  readonly origin: string;
  /** This server's address at which the visitor, or the proxy, connected. */
  readonly localAddress: string;
  readonly https: boolean;
  /**
   * The origin at which this host serves HTTPS, such as "https://host:8443";
   * null when the visitor uses it already or there is none.
   */
  readonly httpsOrigin: string | null;
  /** True when the visitor's address may open the desk. */
  readonly mayBeStaff: boolean;
}

/** A signed-in user, read from the store for each request. */
export interface Member {
  readonly session: WebSession;
  readonly account: Account;
}

export interface Env {
  Bindings: Visitor;
  Variables: { member: Member | null };
}

export type App = Hono<Env>;
export type Context = HonoContext<Env>;
