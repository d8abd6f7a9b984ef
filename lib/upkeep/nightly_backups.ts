/**
 * Automatic backups: one copy of the database each night, the oldest removed,
 * and a second copy in another folder when the host has named one.
 *
 * @module
 */
import { join } from "node:path";
import { type BackupFacts, stamp } from "../../db/backup.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../ops/log.ts";
import { BackupUpload, UPLOADED } from "./backup_upload.ts";
import { copyWhole } from "./whole_copy.ts";

/** Names of nightly copies begin so, with the time in UTC after it. */
export const NIGHTLY = "retropal.db.nightly-";
const NIGHTLY_NAME = /^retropal\.db\.nightly-(\d{8}T\d{6})$/;
/** Copies by `retropal backup` and before an upgrade are listed too. */
const LISTED_NAME = /^retropal\.db\.(nightly|backup|upload)-\d{8}T\d{6}$/;

const LOOK_MS = 60_000;
/** A failure (a full disk) is not repeated every minute. */
const AGAIN_MS = 3_600_000;

export interface NightlyOptions {
  /** backups/ in the data folder; made when it is missing. */
  readonly folder: string;
  /** Writes a checked copy of the database to a file that is not there. */
  take(file: string, signal: AbortSignal): Promise<BackupFacts>;
  /** Called before each copy: writes the audit log. */
  noted(file: string): void;
  /** Makes a folder that only its owner can read. */
  makeFolder(path: string): void;
  readonly config: () => Config;
  readonly log: Logger;
  readonly clock: () => number;
}

/** One file in backups/. */
export interface KeptBackup {
  readonly name: string;
  readonly bytes: number;
  readonly at: number;
  readonly kind: "nightly" | "command" | "upload";
}

export interface BackupState {
  readonly running: boolean;
  /** When the next one is due; null: they are off. */
  readonly next: number | null;
  /** Why the last attempt failed. */
  readonly failure: { readonly at: number; readonly why: string } | null;
  /** Why the last copy in backup.copy_to failed. */
  readonly copyFailure: { readonly at: number; readonly why: string } | null;
}

export class NightlyBackups implements AsyncDisposable {
  readonly #options: NightlyOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Takes copies that come from elsewhere. */
  readonly upload: BackupUpload;
  readonly #ending = new AbortController();
  #work: Promise<void> | null = null;
  #copying: Promise<void> | null = null;
  #failure: BackupState["failure"] = null;
  #copyFailure: BackupState["copyFailure"] = null;

  constructor(options: NightlyOptions) {
    this.#options = options;
    this.upload = new BackupUpload(options);
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Starts the copy when a night is due and has none. */
  look(): void {
    const { clock, config, log } = this.#options;
    const { nightly, at } = config().backup;
    const now = clock();
    if (!nightly || this.#work !== null) return;
    if (this.#failure !== null && now - this.#failure.at < AGAIN_MS) return;
    try {
      if (this.#newest(now) >= lastDue(at, now)) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    void this.run().catch((error) =>
      log.error("the nightly backup failed", { error: `${error}` })
    );
  }

  /** Makes a copy now; joins one that is being made. Rejects with its error. */
  run(): Promise<void> {
    this.#work ??= this.#run().finally(() => this.#work = null);
    return this.#work;
  }

  state(): BackupState {
    const { clock, config } = this.#options;
    const { nightly, at } = config().backup;
    return {
      running: this.#work !== null,
      next: nightly ? nextDue(at, clock()) : null,
      failure: this.#failure,
      copyFailure: config().backup.copy_to === "" ? null : this.#copyFailure,
    };
  }

  /** The copies in backups/, newest first. */
  list(): KeptBackup[] {
    const { folder } = this.#options;
    return filesIn(folder).filter((name) => LISTED_NAME.test(name))
      .flatMap((name) => {
        const info = statOf(join(folder, name));
        return info === null ? [] : [{
          name,
          bytes: info.size,
          at: stampOf(name) ?? info.mtime?.getTime() ?? 0,
          kind: kindOf(name),
        }];
      })
      .sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
  }

  /** The path of one of {@linkcode list}; undefined: there is none. */
  path(name: string): string | undefined {
    return this.list().some((one) => one.name === name)
      ? join(this.#options.folder, name)
      : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#ending.abort();
    await this.#work?.catch(() => {});
  }

  /** Resolves when no copy is being made in either folder. */
  async settled(): Promise<void> {
    await this.#work?.catch(() => {});
    await this.#copying;
  }

  async #run(): Promise<void> {
    const { folder, take, noted, makeFolder, config, log, clock } =
      this.#options;
    const name = NIGHTLY + stamp(clock());
    const file = join(folder, name);
    try {
      makeFolder(folder);
      removeHalf(folder);
      noted(file);
      const { bytes } = await take(file, this.#ending.signal);
      this.#failure = null;
      const removed = removeOld(folder, config().store.backup_keep);
      log.info("database backed up", { file, bytes, removed: removed.length });
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#fail(error);
      throw error;
    }
    const second = config().backup.copy_to;
    if (second === "") return;
    // An unreachable share can block a copy forever; later nights do without
    // it.
    if (this.#copying !== null) {
      this.#copyFailed(second, new Error("the copy before is not finished"));
      return;
    }
    this.#copying = this.#copy(file, name, second)
      .finally(() => this.#copying = null);
  }

  /** Puts the copy into the second folder; a failure there ends nothing. */
  async #copy(file: string, name: string, folder: string): Promise<void> {
    const { config, log } = this.#options;
    try {
      await copyWhole(file, join(folder, name), this.#ending.signal);
      removeOld(folder, config().store.backup_keep);
      this.#copyFailure = null;
      log.info("backup copied", { folder });
    } catch (error) {
      this.#copyFailed(folder, error);
    }
  }

  #copyFailed(folder: string, error: unknown): void {
    if (this.#ending.signal.aborted) return;
    const why = textOf(error);
    this.#copyFailure = { at: this.#options.clock(), why };
    this.#options.log.error(
      "the backup could not be copied to backup.copy_to",
      { folder, error: why },
    );
  }

  #fail(error: unknown): void {
    this.#failure = { at: this.#options.clock(), why: textOf(error) };
  }

  /** When the newest nightly copy was made; those of a wrong clock not. */
  #newest(now: number): number {
    const times = filesIn(this.#options.folder).map((name) =>
      NIGHTLY_NAME.test(name) ? stampOf(name) ?? 0 : 0
    );
    return Math.max(0, ...times.filter((at) => at <= now));
  }
}

/** The last "04:15" of this machine's clock that is not after `now`. */
export function lastDue(at: string, now: number): number {
  const today = dueOn(at, now, 0);
  return today <= now ? today : dueOn(at, now, -1);
}

export function nextDue(at: string, now: number): number {
  const today = dueOn(at, now, 0);
  return today > now ? today : dueOn(at, now, 1);
}

function dueOn(at: string, now: number, days: number): number {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const day = new Date(now);
  return new Date(
    day.getFullYear(),
    day.getMonth(),
    day.getDate() + days,
    hour,
    minute,
  ).getTime();
}

function kindOf(name: string): KeptBackup["kind"] {
  return NIGHTLY_NAME.test(name)
    ? "nightly"
    : name.startsWith(UPLOADED)
    ? "upload"
    : "command";
}

function stampOf(name: string): number | null {
  const parts = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(name);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Removes all but the newest `keep` nightly copies, and nothing else. */
function removeOld(folder: string, keep: number): string[] {
  const old = filesIn(folder).filter((name) => NIGHTLY_NAME.test(name))
    .sort().reverse().slice(keep);
  for (const name of old) Deno.removeSync(join(folder, name));
  return old;
}

/** Removes what a process that was killed has left of a nightly copy. */
function removeHalf(folder: string): void {
  for (const name of filesIn(folder)) {
    if (
      name.startsWith(NIGHTLY) && /\.partial(-journal|-wal|-shm)?$/.test(name)
    ) {
      Deno.removeSync(join(folder, name));
    }
  }
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile)
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
