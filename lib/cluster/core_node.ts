/**
 * A core among others: it follows the log with a copy of the database until it
 * gets the lease, then leads, until it is replaced.
 *
 * @module
 */
import { Database } from "../../db/database.ts";
import { exists, removeFile } from "../../db/files.ts";
import {
  CannotApply,
  positionOf,
  Replica,
  snapshotTo,
} from "../../db/replica.ts";
import { stamp } from "../../db/backup.ts";
import { keepOwner } from "../ops/owner.ts";
import type { Logger } from "../ops/log.ts";
import { STORED } from "./broker.ts";
import type { CoreStatus } from "./core_status.ts";
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
/** Answered by cores that stand by. */
export const STANDBY = "standby";
/** Asks the leading core for one; without content. */
export const SNAPSHOT_WANTED = "snapshot_wanted";
const TICK_MS = 50;
/** A core without data lets one with data be first. */
const EMPTY_WAITS_MS = 1500;
/** Until a copy that cannot go on asks for a newer snapshot again. */
const AGAIN_MS = 1000;

export interface CoreNodeOptions {
  readonly nats: Nats;
  /** Name of the cluster. */
  readonly name: string;
  readonly database: string;
  /** This core's name among the others, such as its host and folder. */
  readonly holder: string;
  readonly log: Logger;
  /** The schema that this program knows. */
  readonly newestSchema: number;
}

/** A term of this core. */
export interface Term {
  readonly epoch: number;
  readonly state: LogState;
  /** Name of the log, for the position of the copy. */
  readonly logName: string;
  /** That of the copy, 0 when there is none. */
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
  /** Why this copy cannot follow at the moment. */
  #fault: string | undefined;
  /** Its copy does not fit what the log says. */
  #isSpoilt = false;
  /** The lease was lost, or is in doubt: of the term that runs. */
  /** What is told of a core that leads; absent: it does not. */
  leading:
    | (() => Pick<CoreStatus, "online" | "gateways" | "entry">)
    | undefined;
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

  /** Opens log, lease and snapshots, or makes them. */
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

  /** What the copy has of the log; undefined while it is being made. */
  get index(): number | undefined {
    return this.#follower?.state.index;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  /**
   * Follows until this core leads; undefined when it was stopped. `onStandby`
   * is called once, when the copy is there and another core leads.
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
    // A copy that is not there yet must not lead.
    if (this.#follower !== undefined || this.lease.isOurs) {
      void this.lease.tick();
    }
  }

  #close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  /** A copy from which the log can be followed; undefined: try again. */
  async #makeCopy(): Promise<LogState | undefined> {
    const { database, log, newestSchema } = this.#options;
    const isNew = !exists(database);
    const newest = await this.snapshots.newest();
    if (newest === undefined) {
      // Nobody has led yet: the database of the first one is the beginning.
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
      this.#replace(snapshot.database, isNew);
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
      // Looked at again and again: a core of this program may lead meanwhile.
      if (this.#fault !== fault) log.error(fault);
      this.#fault = fault;
      await pause(10 * AGAIN_MS);
      return undefined;
    }
    this.#db = db;
    return state;
  }

  /** Puts a snapshot in the place of the database, which is kept once. */
  #replace(bytes: Uint8Array, isNew: boolean): void {
    const { database } = this.#options;
    const partial = `${database}.partial`;
    Deno.writeFileSync(partial, bytes, { mode: 0o600 });
    keepOwner(partial);
    if (!isNew) {
      // Closing the last connection writes the journal into the file.
      new Database(database).close();
      for (const old of oldCopies(database)) removeFile(old);
      Deno.renameSync(database, `${database}.replaced-${stamp(Date.now())}`);
    }
    for (const part of ["-wal", "-shm"]) removeFile(database + part);
    Deno.renameSync(partial, database);
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
          // Somebody has led: their snapshot comes before this database.
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
            // NATS must know of it before anybody relies on this core.
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

  /** Answers that there is a core that could lead. */
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
      // The next one must be newer than what does not fit.
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

function positionIn(database: string) {
  const db = new Database(database);
  try {
    return positionOf(db);
  } finally {
    db.close();
  }
}

/** Databases that were replaced before. */
function oldCopies(database: string): string[] {
  const slash = database.lastIndexOf("/") + 1;
  const folder = database.slice(0, slash) || ".";
  const stem = `${database.slice(slash)}.replaced-`;
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.startsWith(stem))
    .map(({ name }) => `${database.slice(0, slash)}${name}`);
}

/** A snapshot of a database that is exactly at the end of `state`. */
export function snapshotOf(db: Database, state: LogState): {
  readonly state: LogState;
  readonly database: Uint8Array;
} {
  const path = `${db.path}.snapshot`;
  removeFile(path);
  try {
    snapshotTo(db, path);
    return {
      state: LogState.decode(state.encode()),
      database: Deno.readFileSync(path),
    };
  } finally {
    removeFile(path);
  }
}
