/**
 * The folder of certificates and private keys, accessible only to its owner.
 *
 * @module
 */
import { join } from "node:path";
import { keepOwner } from "../ops/owner.ts";
import type { KeyPair } from "../net/tls/terminator.ts";

export class TlsFiles {
  constructor(readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Returns undefined when the file does not exist. */
  read(name: string): string | undefined {
    try {
      return Deno.readTextFileSync(this.path(name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /**
   * Reads the files NAME.crt and NAME.key. Returns undefined unless both exist.
   */
  readPair(name: string): KeyPair | undefined {
    const certificate = this.read(`${name}.crt`);
    const key = this.read(`${name}.key`);
    return certificate === undefined || key === undefined
      ? undefined
      : { certificate, key };
  }

  /** Writes the key first, because a certificate without its key is useless. */
  writePair(name: string, { certificate, key }: KeyPair): void {
    if (this.read(`${name}.key`) !== key) this.write(`${name}.key`, key);
    this.write(`${name}.crt`, certificate);
  }

  /**
   * Replaces the file atomically, so that a crash leaves the old or the new
   * one.
   */
  write(name: string, text: string): void {
    this.#makeFolder();
    const path = this.path(name);
    const fresh = `${path}.new`;
    removeIfThere(fresh);
    Deno.writeTextFileSync(fresh, text, { createNew: true, mode: 0o600 });
    keepOwner(fresh);
    Deno.renameSync(fresh, path);
  }

  remove(name: string): void {
    removeIfThere(this.path(name));
  }

  #makeFolder(): void {
    Deno.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    keepOwner(this.folder);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
