/**
 * `retropal serve` in the role "gateway": no database, no pages, no commands.
 *
 * @module
 */
import type { DataFolder } from "../config/data_folder.ts";
import { LiveConfig } from "../config/live_config.ts";
import type { Config } from "../config/config.ts";
import { catchTheUncaught } from "../ops/last_resort.ts";
import { activity } from "../ops/activity.ts";
import { logger } from "../ops/log.ts";
import { nameOfClientType } from "../protocol/packet_types.ts";
import { hostAndPort } from "../server/endpoints.ts";
import type { RunningServer } from "../server/start_server.ts";
import { watchSignals } from "./signals.ts";

export interface GatewayRun {
  readonly folder: DataFolder;
  readonly config: Config;
  readonly readConfig: () => Config;
  readonly ready: (
    server: Pick<RunningServer, "chat" | "voice" | "video" | "web" | "webs">,
  ) => void;
}

/** Runs the gateway. Resolves with the exit code. */
export async function serveGateway(run: GatewayRun): Promise<number> {
  const config = new LiveConfig(run.config);
  // Loaded on demand, because only a server in a cluster needs NATS.
  const { startGateway } = await import("../cluster/start.ts");
  const ended = Promise.withResolvers<number>();
  const stop = (_reason: string, code = 0) => {
    ended.resolve(code);
    return Promise.resolve();
  };
  await using parts = new AsyncDisposableStack();
  parts.defer(watchSignals(
    { stop, restart: () => "A gateway has nothing to hand over." },
    { reload: () => config.take(run.readConfig()) },
  ));
  parts.defer(catchTheUncaught({
    log: logger("server"),
    doing: () => activity.describe(nameOfClientType),
    end: stop,
  }));
  const starting = startGateway(config, run.folder);
  // A signal must also end the search for NATS or a core.
  const early = ended.promise.then((code) => ({ code }));
  const started = await Promise.race([starting, early]);
  if ("code" in started) return started.code;
  parts.use(started);
  const { server } = started;
  const waited = await Promise.race([server.ready, early]);
  if (waited !== undefined) return waited.code;
  server.accept();
  run.ready({
    chat: hostAndPort(server.chat),
    voice: hostAndPort(server.voice),
    video: server.video && hostAndPort(server.video),
    web: server.web && hostAndPort(server.web),
    webs: server.webs && hostAndPort(server.webs),
  });
  return await ended.promise;
}
