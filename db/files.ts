/**
 * The few things that are done to whole database files.
 *
 * @module
 */

import { keepOwner } from "../lib/ops/owner.ts";
import { toStoreError } from "./errors.ts";

export function exists(file: string): boolean {
  try {
    Deno.lstatSync(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw toStoreError(error);
  }
}

/**
 * An empty file that only its owner can read, for SQLite to fill: the hashes
 * of passwords will be in it. Does nothing when the file is there.
 */
export function createPrivate(
  file: string,
  { mustBeNew = false }: { readonly mustBeNew?: boolean } = {},
): void {
  try {
    Deno.openSync(file, { createNew: true, write: true, mode: 0o600 }).close();
    keepOwner(file);
  } catch (error) {
    if (mustBeNew || !(error instanceof Deno.errors.AlreadyExists)) {
      throw toStoreError(error);
    }
  }
}

/** Also when it is not there. */
export function removeFile(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw toStoreError(error);
  }
}

/** Returns when the disk has it. */
export function syncFile(file: string): void {
  using handle = Deno.openSync(file, { read: true, write: true });
  handle.syncSync();
}
