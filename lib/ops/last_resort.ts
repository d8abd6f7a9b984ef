/**
 * What happens to errors that nobody caught: they are logged with what was
 * going on, the server ends as it does for SIGTERM (users told, writes
 * flushed), and the exit code says that it was no ordinary end.
 *
 * @module
 */
import type { Logger } from "./log.ts";

/** EX_SOFTWARE of sysexits.h: the program itself is at fault. */
export const EXIT_CRASHED = 70;

export interface LastResort {
  readonly log: Logger;
  /** In words, what the event loop was doing. */
  readonly doing: () => string;
  /** Ends the server; called for the first such error. */
  readonly end: (reason: string, exitCode: number) => Promise<void>;
  /** Ends the process, for an error while it ends. */
  readonly exit?: (code: number) => void;
}

/** Watches for such errors until the returned function is called. */
export function catchTheUncaught(options: LastResort): () => void {
  const { log, doing, end, exit = Deno.exit } = options;
  let ending = false;
  const caught = (what: string, error: unknown) => {
    log.error("uncaught error in the core", {
      what,
      doing: doing(),
      error: error instanceof Error ? error.stack ?? error.message : `${error}`,
    });
    if (ending) return exit(EXIT_CRASHED);
    ending = true;
    end("internal error", EXIT_CRASHED).catch(() => exit(EXIT_CRASHED));
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    caught("error", event.error);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    caught("rejection", event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return () => {
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  };
}
