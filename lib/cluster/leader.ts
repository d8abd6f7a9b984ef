/**
 * The database of a leading core: its changes are written to the log, and
 * regular snapshots allow older entries to be deleted.
 *
 * @module
 */
import type { Database } from "../../db/database.ts";
import { type LeadOptions, openToLead } from "../../db/open.ts";
import { ChangeRecorder, storeLeaderPosition } from "../../db/replica.ts";
import type { Store } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";
import { type CoreNode, SNAPSHOT_WANTED, type Term } from "./core_node.ts";
import { snapshotOf } from "./database_copy.ts";
import type { Hub } from "./hub.ts";
import type { LogState } from "./log_state.ts";
import type { Nats } from "./nats.ts";

/** Number of entries between snapshots. */
const ENTRIES = 50_000;
const LOOK_MS = 5000;
/** Milliseconds within which a stopped hub is noticed. */
const STOPPED_MS = 100;
/** Maximum attempts to find a moment without an open transaction. */
const TRIES = 500;

export interface LeaderOptions {
  readonly node: CoreNode;
  readonly nats: Nats;
  readonly term: Term;
  readonly database: string;
  readonly durability: "normal" | "full";
  readonly log: Logger;
  readonly migrations?: LeadOptions["migrations"];
}

export class Leader implements Disposable {
  readonly store: Store;
  readonly term: Term;
  readonly node: CoreNode;
  readonly nats: Nats;
  readonly #db: Database;
  readonly #recorder: ChangeRecorder;
  readonly #log: Logger;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #unsubscribe: () => void;
  #hub: Hub | undefined;
  #isWanted = false;
  #isBusy = false;
  #last: number;

  private constructor(options: LeaderOptions, db: Database, store: Store) {
    this.term = options.term;
    this.node = options.node;
    this.nats = options.nats;
    this.#log = options.log;
    this.#db = db;
    this.store = store;
    this.#last = this.term.state.index;
    this.#recorder = new ChangeRecorder(db);
    const { connection } = this.nats;
    const subscription = connection.subscribe(
      this.nats.subject(SNAPSHOT_WANTED),
      { callback: () => void (this.#isWanted = true) },
    );
    this.#unsubscribe = () => subscription.unsubscribe();
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  /** Opens the database. Stores a snapshot if there is none of it yet. */
  static async open(options: LeaderOptions): Promise<Leader> {
    const { node, term, database, durability, log, migrations } = options;
    const { state, logName } = term;
    const { db, store } = await openToLead(database, {
      durability,
      migrations,
    });
    try {
      const schema = db.pragma("user_version");
      storeLeaderPosition(db, {
        log: logName,
        entry: state.index,
        leading: true,
      });
      const newest = await node.snapshots.newest();
      // Migrations are not in the log.
      if (newest === undefined || schema !== term.schema) {
        await node.snapshots.write(snapshotOf(db, state));
      }
      return new Leader(options, db, store);
    } catch (error) {
      log.error("the database cannot be taken over", { error: String(error) });
      store.close();
      throw error;
    }
  }

  /** Returns the changes since the last call. */
  collect(): Uint8Array | undefined {
    if (this.#db.busy) return undefined;
    this.store.flush();
    return this.#recorder.take();
  }

  get state(): LogState {
    return this.term.state;
  }

  /** Connects the hub that writes the log. */
  attach(hub: Hub): void {
    this.#hub = hub;
    this.store.settled = () => settled(hub);
    this.node.onDoubt = () => hub.pause();
    this.node.onSure = () => hub.resume();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#recorder[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    const index = this.#hub?.state.index ?? 0;
    const isDue = this.#isWanted || index - this.#last > ENTRIES;
    if (!isDue || this.#isBusy) return;
    this.#isBusy = true;
    this.#isWanted = false;
    try {
      await this.snapshot();
    } catch (error) {
      this.#log.warn("no snapshot could be left", { error: String(error) });
    } finally {
      this.#isBusy = false;
    }
  }

  /** Stores a snapshot and deletes older entries of the log. */
  async snapshot(): Promise<void> {
    const hub = this.#hub;
    if (hub === undefined) return;
    for (let tries = 0; tries < TRIES && hub.isLeading; tries++) {
      const snapshot = await new Promise<
        ReturnType<typeof snapshotOf> | undefined
      >((resolve) =>
        hub.hold(() => {
          // Nothing may have been written since the entry was made.
          const isQuiet = !this.#db.busy && this.#recorder.isEmpty;
          resolve(isQuiet ? snapshotOf(this.#db, hub.state) : undefined);
        })
      );
      if (snapshot === undefined) continue;
      this.#last = snapshot.state.index;
      const oldest = await this.node.snapshots.write(snapshot);
      await this.node.log.trim(oldest);
      this.#log.info("snapshot left", {
        entry: snapshot.state.index,
        bytes: snapshot.database.length,
      });
      return;
    }
    this.#isWanted = true;
  }
}

/** Resolves when everything is in the log, or when the hub has stopped. */
function settled(hub: Hub): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (hub.isStopped) end();
    }, STOPPED_MS);
    const end = () => {
      clearInterval(timer);
      resolve();
    };
    hub.hold(end);
  });
}
