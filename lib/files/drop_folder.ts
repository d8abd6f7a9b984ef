/**
 * The folder of the files that wait for their receivers. Beside each file is a
 * description of its owner, so that links still work after a restart.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";

const ID = /^[0-9a-f]{40}$/;
const ABOUT = ".json";
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const SCHEMA = v.object({
  /** Unguessable; also the name of the file on disk. */
  id: v.pipe(v.string(), v.regex(ID)),
  from: count,
  sender: v.string(),
  to: count,
  name: v.string(),
  size: count,
  expiresAt: count,
});

/** A file that waits to be downloaded. */
export type DroppedFile = Readonly<v.InferOutput<typeof SCHEMA>>;

/** Writes the description of a file. Throws when that is impossible. */
export function describe(folder: string, file: DroppedFile): void {
  const path = join(folder, file.id + ABOUT);
  const draft = `${path}.new`;
  Deno.writeTextFileSync(draft, JSON.stringify(file), { mode: 0o600 });
  Deno.renameSync(draft, path);
}

/** Removes a file and its description, as far as they exist. */
export function removeFile(folder: string, id: string): void {
  // The file itself is removed last: without a description nobody can find it.
  for (const name of [id + ABOUT, id]) {
    try {
      Deno.removeSync(join(folder, name));
    } catch {
      // Gone already.
    }
  }
}

/** Returns the complete files; everything else in the folder is removed. */
export function filesIn(folder: string): DroppedFile[] {
  const names: string[] = [];
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (isFile) names.push(name);
    }
  } catch {
    // The folder does not exist.
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
