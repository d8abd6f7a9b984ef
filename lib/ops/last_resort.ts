/**
 * Handles uncaught errors: they are logged with the current work, the server
 * stops as it does for SIGTERM (users notified, writes flushed), and the exit
 * code reports a crash.
 *
 * @module
 */
import type { Logger } from "./log.ts";

/** EX_SOFTWARE of sysexits.h: the program itself is at fault. */
export const EXIT_CRASHED = 70;

export interface LastResort {
  readonly log: Logger;
  /** Describes what the event loop was doing. */
  readonly doing: () => string;
  /** Stops the server; called for the first such error. */
  readonly end: (reason: string, exitCode: number) => Promise<void>;
  /** Ends the process, for an error while the server stops. */
  readonly exit?: (code: number) => void;
}

/** Handles such errors until the returned function is called. */
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
