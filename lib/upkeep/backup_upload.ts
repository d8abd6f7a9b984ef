/**
 * A backup that the host uploads on the desk, in parts: it is put beside the
 * others when it is complete and is a database of this program.
 *
 * @module
 */
import { join } from "node:path";
import { readFacts, stamp } from "../../db/backup.ts";
import { newestSchema } from "../../db/migrate.ts";

/** Names of uploaded copies begin like this. */
export const UPLOADED = "retropal.db.upload-";

/** More than a home server's database ever has. */
const MOST_BYTES = 4 * 1024 ** 3;

/** Why an upload does not go on, as a sentence for the host. */
export class UploadRefused extends Error {
  override name = "UploadRefused";
}

export interface UploadOptions {
  /** backups/ in the data folder. */
  readonly folder: string;
  readonly makeFolder: (path: string) => void;
  readonly clock: () => number;
}

export class BackupUpload {
  readonly #options: UploadOptions;
  /** One at a time: a second one takes the place of the first. */
  #owner: string | undefined;
  #written = 0;

  constructor(options: UploadOptions) {
    this.#options = options;
    try {
      // Left by a server that ended during an upload.
      this.#remove();
    } catch {
      // The next upload says why.
    }
  }

  /**
   * Writes one part. Position 0 begins a new upload. Throws
   * {@linkcode UploadRefused}.
   */
  async write(owner: string, at: number, part: Uint8Array): Promise<void> {
    const { folder, makeFolder } = this.#options;
    if (at === 0) {
      makeFolder(folder);
      this.#remove();
      this.#owner = owner;
      this.#written = 0;
    }
    if (this.#owner !== owner || this.#written !== at) {
      throw new UploadRefused(
        "Another upload has begun. Choose the file again.",
      );
    }
    if (at + part.length > MOST_BYTES) {
      this.#remove();
      throw new UploadRefused("This is too large for a backup.");
    }
    this.#written += part.length;
    try {
      await Deno.writeFile(this.#partial, part, {
        append: at !== 0,
        createNew: at === 0,
        mode: 0o600,
      });
    } catch (error) {
      this.#owner = undefined;
      this.#remove();
      throw new UploadRefused(`It cannot be stored here: ${textOf(error)}`);
    }
  }

  /**
   * Checks the upload and returns its name among the backups. Throws
   * {@linkcode UploadRefused}; nothing is left then.
   */
  finish(owner: string, bytes: number): string {
    const { folder, clock } = this.#options;
    if (this.#owner !== owner || this.#written !== bytes || bytes === 0) {
      throw new UploadRefused(
        "The file did not arrive whole. Choose it again.",
      );
    }
    this.#owner = undefined;
    try {
      const { schema } = readFacts(this.#partial);
      if (schema > newestSchema()) {
        throw new UploadRefused(
          `It is of a newer retropal (schema ${schema}, this one knows ` +
            `${newestSchema()}).`,
        );
      }
      const name = `${UPLOADED}${stamp(clock())}`;
      Deno.renameSync(this.#partial, join(folder, name));
      return name;
    } catch (error) {
      if (error instanceof UploadRefused) throw error;
      throw new UploadRefused("This is no backup of this program.");
    } finally {
      this.#remove();
    }
  }

  get #partial(): string {
    return join(this.#options.folder, `${UPLOADED}unfinished.partial`);
  }

  /** With the files that SQLite puts beside a database that it reads. */
  #remove(): void {
    for (const end of ["", "-wal", "-shm", "-journal"]) {
      try {
        Deno.removeSync(this.#partial + end);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
