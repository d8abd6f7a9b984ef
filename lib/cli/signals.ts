/**
 * Handles operating system signals in a running server.
 *
 * @module
 */
import { CODE } from "../commands/command.ts";
import type { CommandHost } from "../commands/host.ts";
import { logger, reopenLog } from "../ops/log.ts";
import type { RunningServer } from "../server/start_server.ts";

/**
 * Stops the server at the first SIGINT or SIGTERM, and ends the process at the
 * second.
 */
export function watchSignals(
  server: Pick<RunningServer, "stop" | "restart">,
  host: Pick<CommandHost, "reload">,
): () => void {
  const log = logger("server");
  let stopping = false;
  const end = (signal: string) => {
    if (stopping) {
      log.error("second signal: ending at once", { signal });
      Deno.exit(CODE.refused);
    }
    stopping = true;
    log.info("stopping", { signal });
    server.stop("The server is shutting down. Please sign on again later.")
      .catch((error) => log.error("stop failed", { error: String(error) }));
  };
  const reload = () => {
    reopenLog();
    try {
      const { applied, needRestart } = host.reload();
      log.info("configuration read again", {
        applied: applied.join(" ") || "nothing",
        needRestart: needRestart.join(" ") || "nothing",
      });
    } catch (error) {
      log.error("configuration not read again", {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  };
  const restart = () => {
    log.info("restarting", { signal: "SIGUSR2" });
    const problem = server.restart();
    if (problem !== null) log.error("not restarted", { reason: problem });
  };
  const watched: [Deno.Signal, () => void][] = [
    ["SIGINT", () => end("SIGINT")],
    ["SIGTERM", () => end("SIGTERM")],
    ["SIGUSR2", restart],
    ["SIGBREAK", () => end("SIGBREAK")],
    // Windows sends it when the console window is closed.
    ["SIGHUP", Deno.build.os === "windows" ? () => end("SIGHUP") : reload],
  ];
  const registered = watched.filter(([signal, handler]) => {
    try {
      Deno.addSignalListener(signal, handler);
      return true;
    } catch {
      // This system does not have the signal.
      return false;
    }
  });
  return () => {
    for (const [signal, handler] of registered) {
      Deno.removeSignalListener(signal, handler);
    }
  };
}
