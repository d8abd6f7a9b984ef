/**
 * Files stored on the server for receivers whom the sender cannot reach because
 * both are behind routers that forward nothing. The receiver gets a link
 * (docs/hosting.md, "Files between users").
 *
 * @module
 */
import { join } from "node:path";
import type { DropWish, FileDrop, RelayAnswer } from "../chat/context.ts";
import type { Config } from "../config/config.ts";
import { hex } from "../protocol/bytes.ts";
import type { Uid } from "../domain/store.ts";
import { decodeText } from "../protocol/windows1252.ts";
import type { Logger } from "../ops/log.ts";
import {
  describe,
  type DroppedFile,
  filesIn,
  removeFile,
} from "./drop_folder.ts";
import {
  acceptFrom,
  closeOnAbort,
  readHead,
  TransferFailed,
} from "./incoming.ts";

const ID_BYTES = 20;
const BUFFER_BYTES = 16_384;
const PRUNE_MS = 60_000;

export class FileDrops implements FileDrop, AsyncDisposable {
  readonly #config: () => Config;
  readonly #log: Logger;
  readonly #folder: string | undefined;
  readonly #clock: () => number;
  readonly #files = new Map<string, DroppedFile>();
  /** Files that are being downloaded, which still count in the quotas. */
  readonly #lent = new Set<DroppedFile>();
  /** Bytes announced and not yet stored, by sender. */
  readonly #coming = new Map<Promise<void>, { from: Uid; bytes: number }>();
  readonly #stop = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;

  /** Without a folder no files are accepted. */
  constructor(
    config: () => Config,
    log: Logger,
    folder: string | undefined,
    clock: () => number,
  ) {
    this.#config = config;
    this.#log = log;
    this.#folder = folder;
    this.#clock = clock;
    if (folder !== undefined) {
      for (const file of filesIn(folder)) this.#files.set(file.id, file);
    }
    this.#timer = setInterval(() => this.#prune(), PRUNE_MS);
  }

  list(): DroppedFile[] {
    this.#prune();
    return [...this.#files.values()];
  }

  find(id: string): DroppedFile | undefined {
    this.#prune();
    return this.#files.get(id);
  }

  path({ id }: DroppedFile): string {
    return join(this.#folder ?? "", id);
  }

  /**
   * Lends a file to one reader: meanwhile nobody else can open it. The returned
   * function removes it, or puts it back when the reader did not receive it
   * completely.
   */
  lend(file: DroppedFile): (whole: boolean) => void {
    this.#files.delete(file.id);
    this.#lent.add(file);
    return (whole) => {
      this.#lent.delete(file);
      if (whole) this.remove(file);
      else this.#files.set(file.id, file);
    };
  }

  remove(file: DroppedFile): void {
    this.#files.delete(file.id);
    removeFile(this.#folder ?? "", file.id);
  }

  open(wish: DropWish): RelayAnswer {
    const { files, server } = this.#config();
    if (this.#coming.size >= files.relay_at_once) {
      return { fault: "too many files are on their way" };
    }
    if (this.#folder === undefined) return { fault: "no folder for files" };
    if (this.#left(wish.from) <= 0) return { fault: "the quota is used up" };
    for (const { from } of this.#coming.values()) {
      if (from === wish.from) return { fault: "another file is on its way" };
    }
    const listener = Deno.listen({ hostname: server.bind, port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const { promise, resolve } = Promise.withResolvers<void>();
    const coming = { from: wish.from, bytes: 0 };
    this.#coming.set(promise, coming);
    void this.#take(wish, listener, coming).finally(() => {
      this.#coming.delete(promise);
      resolve();
    });
    return { port };
  }

  /** Returns how many bytes this sender may still store. */
  #left(from: Uid): number {
    const { drop_user_bytes, drop_total_bytes } = this.#config().files;
    this.#prune();
    let [own, all] = [0, 0];
    for (const file of [...this.#files.values(), ...this.#lent]) {
      all += file.size;
      if (file.from === from) own += file.size;
    }
    for (const { bytes } of this.#coming.values()) all += bytes;
    return Math.min(drop_user_bytes - own, drop_total_bytes - all);
  }

  async #take(
    wish: DropWish,
    listener: Deno.TcpListener,
    coming: { bytes: number },
  ): Promise<void> {
    const { files } = this.#config();
    const signal = AbortSignal.any([
      this.#stop.signal,
      AbortSignal.timeout(1000 * files.relay_seconds),
    ]);
    const id = hex(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
    const path = join(this.#folder!, id);
    let conn: Deno.TcpConn | undefined;
    try {
      conn = await acceptFrom(listener, wish.address, signal);
      closeOnAbort(signal, conn);
      const { head, bytes } = await readHead(conn);
      if (head.size > this.#left(wish.from)) {
        throw new TransferFailed("the quota is used up");
      }
      coming.bytes = head.size;
      await store(conn, path, bytes.subarray(head.length), head.size);
      const file: DroppedFile = {
        id,
        from: wish.from,
        sender: wish.sender,
        to: wish.to,
        name: baseName(decodeText(head.name)),
        size: head.size,
        expiresAt: this.#clock() + 3_600_000 * files.drop_hours,
      };
      describe(this.#folder!, file);
      this.#files.set(id, file);
      wish.arrived(file);
    } catch (error) {
      this.#log.info("file not taken", {
        from: wish.from,
        error: String(error),
      });
      this.#files.delete(id);
      removeFile(this.#folder!, id);
      wish.arrived(this.#whyNot(error, signal));
    } finally {
      try {
        conn?.close();
      } catch {
        // Closed by the signal.
      }
    }
  }

  /** Returns the sentence that the sender reads. */
  #whyNot(error: unknown, signal: AbortSignal): string {
    if (this.#stop.signal.aborted) return "the server closed meanwhile";
    if (signal.aborted) return "it took too long";
    if (error instanceof TransferFailed) return error.message;
    return "it could not be stored";
  }

  #prune(): void {
    const now = this.#clock();
    for (const file of this.#files.values()) {
      if (file.expiresAt <= now) this.remove(file);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await Promise.all(this.#coming.keys());
  }
}

/**
 * Returns a name without folders, and without characters that file systems
 * reject.
 */
function baseName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  // deno-lint-ignore no-control-regex -- a name comes from a stranger
  const clean = last.replaceAll(/[\x00-\x1f\x7f"<>|:*?]/g, "_").trim();
  return clean === "" || /^\.+$/.test(clean) ? "file" : clean.slice(0, 200);
}

async function store(
  conn: Deno.TcpConn,
  path: string,
  first: Uint8Array,
  size: number,
): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  using file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  const buffer = new Uint8Array(BUFFER_BYTES);
  let taken = 0;
  const put = async (bytes: Uint8Array) => {
    let rest = bytes.subarray(0, size - taken);
    taken += rest.length;
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  };
  await put(first);
  while (taken < size) {
    const count = await conn.read(buffer);
    if (count === null) throw new TransferFailed("the sender stopped");
    await put(buffer.subarray(0, count));
  }
}
