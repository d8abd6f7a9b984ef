/**
 * The folder of the files that wait for their receivers. Beside each file lies
 * one that says whose it is, so that a link outlives the server that gave it.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";

const ID = /^[0-9a-f]{40}$/;
const ABOUT = ".json";
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const SCHEMA = v.object({
  /** Unguessable; the name of the file on disk as well. */
  id: v.pipe(v.string(), v.regex(ID)),
  from: count,
  sender: v.string(),
  to: count,
  name: v.string(),
  size: count,
  expiresAt: count,
});

/** A file that waits to be fetched. */
export type DroppedFile = Readonly<v.InferOutput<typeof SCHEMA>>;

/** Throws when it cannot be written. */
export function describe(folder: string, file: DroppedFile): void {
  const path = join(folder, file.id + ABOUT);
  const draft = `${path}.new`;
  Deno.writeTextFileSync(draft, JSON.stringify(file), { mode: 0o600 });
  Deno.renameSync(draft, path);
}

/** Removes a file and what is said of it, as far as they are there. */
export function removeFile(folder: string, id: string): void {
  // Last the file itself: without a description nobody finds it.
  for (const name of [id + ABOUT, id]) {
    try {
      Deno.removeSync(join(folder, name));
    } catch {
      // Gone already.
    }
  }
}

/** The files that are whole; whatever else lies in the folder is removed. */
export function filesIn(folder: string): DroppedFile[] {
  const names: string[] = [];
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (isFile) names.push(name);
    }
  } catch {
    // There is none.
  }
  const files = names.filter((name) => ID.test(name))
    .map((id) => described(folder, id))
    .filter((file) => file !== undefined);
  const known = new Set(files.flatMap(({ id }) => [id, id + ABOUT]));
  for (const name of names) {
    if (!known.has(name)) remove(join(folder, name));
  }
  return files;
}

function described(folder: string, id: string): DroppedFile | undefined {
  try {
    const text = Deno.readTextFileSync(join(folder, id + ABOUT));
    const { success, output } = v.safeParse(SCHEMA, JSON.parse(text));
    const { size } = Deno.lstatSync(join(folder, id));
    const isWhole = success && output.id === id && output.size === size;
    return isWhole ? output : undefined;
  } catch {
    return undefined;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The next start tries again.
  }
}
