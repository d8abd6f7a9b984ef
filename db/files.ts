/**
 * Operations on whole database files.
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
 * Creates an empty file that only its owner can read, because SQLite will write
 * password hashes to it. Does nothing when the file exists.
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

/** Removes a file, if it exists. */
export function removeFile(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw toStoreError(error);
  }
}

/** Syncs a file to the disk. */
export function syncFile(file: string): void {
  using handle = Deno.openSync(file, { read: true, write: true });
  handle.syncSync();
}
