/**
 * Real databases in temporary folders, for tests.
 *
 * @module
 */

import { join } from "node:path";
import type { Account, NewAccount, Store } from "../../../lib/domain/store.ts";
import type { OpenOptions } from "../../../db/open.ts";
import { openFresh } from "./fresh.ts";

/** 2002-07-31 12:00 UTC. */
export const NOON = Date.UTC(2002, 6, 31, 12);

export async function withFolder<T>(
  work: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-db-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a test with a new store and closes it afterwards. */
export function withStore<T>(
  work: (store: Store, path: string) => T | Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  return withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const store = await openFresh(path, { now: () => NOON, ...options });
    try {
      return await work(store, path);
    } finally {
      store.close();
    }
  });
}

export function addUser(
  store: Store,
  nickname: string,
  more: Partial<NewAccount> = {},
): Account {
  return store.accounts.create({
    nickname,
    passwordHash: "!",
    createdAt: NOON,
    ...more,
  });
}

/** Matches a StoreError of this code in `assert.throws`. */
export const fails = (code: string, says = /./) => (error: unknown): boolean =>
  error instanceof Error && error.name === "StoreError" &&
  "code" in error && error.code === code && says.test(error.message);
