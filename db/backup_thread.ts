/**
 * Copies and verifies a database in a worker thread, because SQLite's copying
 * would block the event loop of a server.
 *
 * @module
 */
import { StoreError } from "../lib/domain/store.ts";
import { moduleUrl } from "../lib/ops/module_url.ts";

/** Thrown when the worker was stopped before it had finished. */
export class Cancelled extends Error {
  override name = "Cancelled";
}

/**
 * Copies the live database at `from` into the empty file `to`, waits for the
 * disk, and checks every page and index. Rejects with StoreError, or with
 * {@linkcode Cancelled} when `signal` is aborted.
 */
export async function copyInThread(
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  const worker = new Worker(moduleUrl(`(${work})()`), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = () => reject(new Cancelled("The copy was cancelled."));
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  worker.onmessage = ({ data }: MessageEvent<string | null>) => {
    if (data === null) resolve();
    else reject(new StoreError("io", `${from} was not copied: ${data}`));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new StoreError("io", `${from} was not copied: ${event.message}`));
  };
  try {
    worker.postMessage({ from, to });
    await promise;
  } finally {
    signal?.removeEventListener("abort", cancel);
    worker.terminate();
  }
}

/** Runs in the worker, so it uses nothing from outside its own text. */
function work(): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<{ from: string; to: string }>) => void;
    postMessage: (answer: string | null) => void;
  };
  scope.onmessage = async ({ data: { from, to } }) => {
    try {
      const { backup, DatabaseSync } = await import("node:sqlite");
      const source = new DatabaseSync(from, { readOnly: true });
      try {
        // Reads one snapshot of the data. Otherwise each write would restart
        // the copy.
        source.exec("PRAGMA busy_timeout = 5000");
        source.exec("BEGIN; SELECT 1 FROM sqlite_schema");
        await backup(source, to, { rate: 256 });
      } finally {
        source.close();
      }
      const copy = new DatabaseSync(to);
      try {
        copy.exec("PRAGMA journal_mode = DELETE");
        const row = copy.prepare("PRAGMA integrity_check(1)").get();
        const [finding] = Object.values(row ?? {});
        if (finding !== "ok") {
          throw new Error(`the copy is damaged: ${finding}`);
        }
      } finally {
        copy.close();
      }
      const file = Deno.openSync(to, { read: true, write: true });
      file.syncSync();
      file.close();
      scope.postMessage(null);
    } catch (error) {
      scope.postMessage(error instanceof Error ? error.message : `${error}`);
    }
  };
}
