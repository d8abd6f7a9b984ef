/**
 * Writing `retropal.toml`: whole or not at all, and one writer at a time.
 *
 * @module
 */
import { refused } from "../commands/command.ts";
import { keepOwner } from "../ops/owner.ts";

const AGAIN_MS = 20;
const PATIENCE_MS = 5000;
/** Longer than any writer takes: what is left is of one who was killed. */
const STALE_MS = 3000;

/**
 * Puts what `change` makes of the text, or of null when there is no file yet,
 * in its place. A process killed on the way leaves the old file or the new one.
 *
 * The new file, before it is renamed, keeps others away: two commands at once
 * would each write what it had read, and one change would be lost.
 */
export async function changeFile(
  path: string,
  change: (text: string | null) => string,
): Promise<void> {
  const partial = `${path}.partial`;
  using file = await begin(partial);
  try {
    const text = new TextEncoder().encode(change(read(path)));
    for (let at = 0; at < text.length;) at += file.writeSync(text.subarray(at));
    Deno.renameSync(partial, path);
  } catch (error) {
    Deno.removeSync(partial);
    throw error;
  }
}

function read(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function begin(partial: string): Promise<Deno.FsFile> {
  const until = Date.now() + PATIENCE_MS;
  while (true) {
    try {
      const file = Deno.openSync(partial, {
        write: true,
        createNew: true,
        mode: 0o600,
      });
      keepOwner(partial);
      return file;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    if (Date.now() > until) {
      throw refused(`${partial} is being written by another retropal.`);
    }
    removeStale(partial);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function removeStale(partial: string): void {
  try {
    const { mtime } = Deno.statSync(partial);
    if (mtime && Date.now() - mtime.getTime() > STALE_MS) {
      Deno.removeSync(partial);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
