/**
 * New databases for tests: the first one of a process runs all migrations, the
 * others are copies of it, which cost an eighth.
 *
 * @module
 */
import { join } from "node:path";
import { createPrivate } from "../../../db/files.ts";
import { type OpenOptions, openStore } from "../../../db/open.ts";
import type { Store } from "../../../lib/domain/store.ts";

/** Files of new databases, by the time that their first rows bear. */
const templates = new Map<number | undefined, Promise<Uint8Array>>();

/** Opens a database that does not exist yet, as `openStore` would make it. */
export async function openFresh(
  path: string,
  options: OpenOptions = {},
): Promise<Store> {
  const now = options.now?.();
  let template = templates.get(now);
  if (template === undefined) {
    template = makeTemplate(now);
    templates.set(now, template);
  }
  const bytes = await template;
  createPrivate(path, { mustBeNew: true });
  await Deno.writeFile(path, bytes, { create: false });
  return await openStore(path, options);
}

async function makeTemplate(now: number | undefined): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-fresh-" });
  try {
    const path = join(folder, "retropal.db");
    const options = now === undefined ? {} : { now: () => now };
    (await openStore(path, options)).close();
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
