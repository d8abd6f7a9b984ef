/**
 * One of several cores: it follows the log with a copy of the database until it
 * obtains the lease, and then leads until it is replaced.
 *
 * @module
 */
import { Database } from "../../db/database.ts";
import { exists } from "../../db/files.ts";
import { CannotApply, Replica } from "../../db/replica.ts";
import type { Logger } from "../ops/log.ts";
import { STORED } from "./broker.ts";
import type { CoreStatus } from "./core_status.ts";
import { positionIn, replaceDatabase } from "./database_copy.ts";
import type { LogEntry } from "./entry.ts";
import { Follower } from "./follower.ts";
import { Lease } from "./lease.ts";
import { LogState } from "./log_state.ts";
import type { Nats } from "./nats.ts";
import { NatsLease } from "./nats_lease.ts";
import { StreamLog } from "./nats_log.ts";
import { NatsSnapshots } from "./nats_snapshots.ts";
import { pause } from "./pause.ts";

export const LEASE_MS = 2000;
/** Request that standby cores answer. */
export const STANDBY = "standby";
/** Request to the leader for a snapshot; has no content. */
export const SNAPSHOT_WANTED = "snapshot_wanted";
const TICK_MS = 50;
/**
 * Milliseconds that a core without data waits for one with data to lead first.
 */
const EMPTY_WAITS_MS = 1500;
/**
 * Milliseconds until a copy that cannot continue requests a newer snapshot
 * again.
 */
const AGAIN_MS = 1000;

export interface CoreNodeOptions {
  readonly nats: Nats;
  /** Name of the cluster. */
  readonly name: string;
  readonly database: string;
  /** Unique name of this core, such as its host and folder. */
  readonly holder: string;
  readonly log: Logger;
  /** Schema version of this program. */
  readonly newestSchema: number;
}

/** A term in which this core leads. */
export interface Term {
  readonly epoch: number;
  readonly state: LogState;
  /** Name of the log, stored with the position of the copy. */
  readonly logName: string;
  /** Schema version of the copy, 0 when there is none. */
  readonly schema: number;
}

export class CoreNode implements AsyncDisposable {
  readonly log: StreamLog;
  readonly lease: Lease;
  readonly snapshots: NatsSnapshots;
  readonly #options: CoreNodeOptions;
  readonly #logName: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #follower: Follower | undefined;
  #db: Database | undefined;
  #isStopped = false;
  /** Why this copy currently cannot follow. */
  #fault: string | undefined;
  /** Whether the copy is inconsistent with the log. */
  #isSpoilt = false;
  /** Status of a leading core; undefined otherwise. */
  leading:
    | (() => Pick<CoreStatus, "online" | "gateways" | "entry">)
    | undefined;
  /** Control the current term when its lease is in doubt, sure or lost. */
  onDoubt: () => void = () => {};
  onSure: () => void = () => {};
  onLost: () => void = () => {};

  private constructor(
    options: CoreNodeOptions,
    logName: string,
    log: StreamLog,
    store: NatsLease,
    snapshots: NatsSnapshots,
  ) {
    this.#options = options;
    this.#logName = logName;
    this.log = log;
    this.snapshots = snapshots;
    this.lease = new Lease({
      store,
      holder: options.holder,
      ms: LEASE_MS,
      steady: () => performance.now(),
      onDoubt: () => this.onDoubt(),
      onSure: () => this.onSure(),
      onLost: () => this.onLost(),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Opens or creates the log, lease and snapshots. */
  static async open(options: CoreNodeOptions): Promise<CoreNode> {
    const { nats, name } = options;
    const { connection } = nats;
    const replicas = connection.info?.cluster === undefined ? 1 : 3;
    const log = await StreamLog.open(connection, {
      stream: `RP_${name}_store`,
      subject: `rp.${name}.store`,
      announcedAs: nats.subject(STORED),
      replicas,
    });
    const lease = await NatsLease.open(
      connection,
      `RP_${name}_lease`,
      replicas,
    );
    const snapshots = await NatsSnapshots.open(
      connection,
      `RP_${name}_snapshots`,
      replicas,
    );
    return new CoreNode(options, await log.identity(), log, lease, snapshots);
  }

  /**
   * Position of the copy in the log; undefined while the copy is being made.
   */
  get index(): number | undefined {
    return this.#follower?.state.index;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  /**
   * Follows the log until this core leads; undefined if it was stopped. Calls
   * `onStandby` once when the copy is complete and another core leads.
   */
  async follow(onStandby: () => void): Promise<Term | undefined> {
    let said = false;
    while (!this.#isStopped) {
      const state = await this.#makeCopy();
      if (state === undefined) continue;
      const term = await this.#followFrom(state, () => {
        if (!said) onStandby();
        said = true;
      });
      if (term !== undefined) return term;
    }
    return undefined;
  }

  stop(): void {
    this.#isStopped = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    clearInterval(this.#timer);
    this.#follower?.stop();
    this.log.close();
    this.#close();
    await this.lease.release();
  }

  #tick(): void {
    this.#follower?.tick(performance.now());
    // An incomplete copy must not lead.
    if (this.#follower !== undefined || this.lease.isOurs) {
      void this.lease.tick();
    }
  }

  #close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  /** Makes a copy that can follow the log; undefined to try again. */
  async #makeCopy(): Promise<LogState | undefined> {
    const { database, log, newestSchema } = this.#options;
    const isNew = !exists(database);
    const newest = await this.snapshots.newest();
    if (newest === undefined) {
      // No core has led yet: the database of the first leader becomes the
      // initial one.
      if (isNew) await pause(EMPTY_WAITS_MS);
      return await this.snapshots.newest() === undefined
        ? new LogState()
        : undefined;
    }
    const snapshot = await this.snapshots.read(newest);
    if (snapshot === undefined) return undefined;
    const { state } = snapshot;
    const position = isNew ? undefined : positionIn(database);
    const isUsable = !this.#isSpoilt && position?.log === this.#logName &&
      !position.leading && position.entry >= state.index;
    if (!isUsable) {
      log.info("the database is rebuilt from a snapshot", {
        entry: state.index,
        bytes: snapshot.database.length,
      });
      replaceDatabase(database, snapshot.database, isNew);
      this.#isSpoilt = false;
    }
    const db = new Database(database);
    const replica = new Replica(db);
    if (!isUsable) {
      replica.place({ log: this.#logName, entry: state.index, leading: false });
    }
    const schema = db.pragma("user_version");
    if (schema > newestSchema) {
      db.close();
      const fault = `the leading core has the newer schema ${schema}: update ` +
        "this one.";
      // Checked repeatedly, because a core with this version may become the
      // leader.
      if (this.#fault !== fault) log.error(fault);
      this.#fault = fault;
      await pause(10 * AGAIN_MS);
      return undefined;
    }
    this.#db = db;
    return state;
  }

  async #followFrom(
    state: LogState,
    onStandby: () => void,
  ): Promise<Term | undefined> {
    const { log } = this.#options;
    const db = this.#db;
    const replica = db && new Replica(db);
    this.#fault = undefined;
    const follower = new Follower({
      log: this.log,
      state,
      entry: (index, entry) => this.#take(replica, index, entry),
    });
    this.#follower = follower;
    let isLeading = false;
    let standsBy: (() => void) | undefined;
    const end = this.log.follow(
      state.index,
      (entries) => follower.take(entries),
      () => this.#fault = "entries of the log are gone",
    );
    try {
      const last = await this.log.last();
      while (!this.#isStopped && this.#fault === undefined) {
        if (db === undefined && this.lease.holder !== "") {
          // If another core has led, its snapshot takes precedence over this
          // database.
          if (await this.snapshots.newest() !== undefined) return undefined;
        }
        if (this.lease.isHeld) {
          end();
          const term = await this.#lead(follower);
          isLeading = term !== undefined;
          return term;
        }
        if (
          db !== undefined && this.lease.holder !== "" &&
          follower.state.index >= last
        ) {
          if (standsBy === undefined) {
            standsBy = this.#standBy();
            // NATS must have the subscription before others rely on this core.
            await this.#options.nats.connection.flush().catch(() => {});
          }
          onStandby();
        }
        await pause(db === undefined ? 4 * TICK_MS : 10);
      }
      if (this.#fault !== undefined) {
        log.warn("this copy cannot follow", { reason: this.#fault });
      }
    } finally {
      end();
      standsBy?.();
      this.#follower = undefined;
      this.#close();
      if (!isLeading && this.lease.isOurs) await this.lease.release();
    }
    await pause(this.#fault === undefined ? TICK_MS : AGAIN_MS);
    return undefined;
  }

  /** Answers requests for standby cores. */
  #standBy(): () => void {
    const { nats } = this.#options;
    const subscription = nats.connection.subscribe(nats.subject(STANDBY), {
      callback: (_, message) => void message.respond(),
    });
    return () => subscription.unsubscribe();
  }

  #take(replica: Replica | undefined, index: number, entry: LogEntry): void {
    if (entry.changes === undefined || this.#fault !== undefined) return;
    try {
      if (replica === undefined) {
        throw new CannotApply("differs", "another core has begun the log");
      }
      replica.apply(index, entry.changes);
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : `${error}`;
      this.#isSpoilt = error instanceof CannotApply;
      // The next snapshot must be newer than the entry that did not fit.
      const { nats } = this.#options;
      nats.connection.publish(nats.subject(SNAPSHOT_WANTED));
    }
  }

  async #lead(follower: Follower): Promise<Term | undefined> {
    const { epoch } = this.lease;
    const leads = await new Promise<boolean>((resolve) => {
      const giveUp = setInterval(() => {
        if (this.lease.isOurs && !this.#isStopped) return;
        clearInterval(giveUp);
        follower.stop();
        resolve(false);
      }, TICK_MS);
      follower.lead(epoch, (leads) => {
        clearInterval(giveUp);
        resolve(leads);
      }, performance.now());
    });
    if (!leads || this.#fault !== undefined) return undefined;
    const schema = this.#db?.pragma("user_version") ?? 0;
    return {
      epoch,
      state: follower.state,
      logName: this.#logName,
      schema,
    };
  }
}
