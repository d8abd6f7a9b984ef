/**
 * Commands about the running server as a whole.
 *
 * @module
 */
import { SETTINGS, shownValue, valueAt } from "../config/config.ts";
import { audit, command, done, HOST_LEVEL, refused } from "./command.ts";
import { flag, optionalArgument } from "./field.ts";

export const configReload = command({
  path: ["config", "reload"],
  summary: "Reload the settings of the running server",
  details:
    "Lists the settings that take effect now and those that need a restart. " +
    "SIGHUP does the same.",
  examples: ["retropal config reload"],
  fields: {},
  role: "superadmin",
  needsServer: true,
  run(context) {
    if (!context.reload) throw refused("Only a running server can do that.");
    const report = context.reload();
    const { applied, needRestart } = report;
    return done(
      report,
      ...(applied.length > 0 ? [`In force now: ${applied.join(", ")}.`] : []),
      ...(needRestart.length > 0
        ? [`Takes effect after a restart: ${needRestart.join(", ")}.`]
        : []),
      ...(applied.length + needRestart.length === 0
        ? ["Nothing has changed."]
        : []),
    );
  },
});

/** The running configuration, with which `config show` compares the files. */
export const configRunning = command({
  path: ["config", "running"],
  hidden: true,
  summary: "Print the settings that the running server uses",
  examples: ["retropal config show"],
  fields: {},
  role: "superadmin",
  needsServer: true,
  run(context) {
    return done(Object.fromEntries(
      [...SETTINGS.keys()].map((key) => [
        key,
        shownValue(key, valueAt(context.config, key)),
      ]),
    ));
  },
});

/** For `setup --web`. */
export const setupOpen = command({
  path: ["setup", "open"],
  hidden: true,
  summary: "Open the setup page of the running server for one use",
  examples: ["retropal setup --web"],
  fields: {},
  role: "superadmin",
  needsServer: true,
  run(context) {
    const { actor, live, openSetup } = context;
    if (!openSetup || live === null || actor.level !== HOST_LEVEL) {
      throw refused("Only the server's own command line can do that.");
    }
    const { web } = live.status().endpoints;
    if (web === null) throw refused("This server has no pages (web.enabled).");
    audit(context, { action: "open setup page", target: "server" });
    return done({ token: openSetup(), web });
  },
});

/**
 * Returns the service manager that starts the server again, if there is one.
 */
function manager(): string | null {
  if (Deno.env.has("INVOCATION_ID")) return "systemd";
  if (Deno.env.get("XPC_SERVICE_NAME")?.includes("retropal")) return "launchd";
  return Deno.pid === 1 ? "the container" : null;
}

export const restartServer = command({
  path: ["restart"],
  summary: "Restart the server without closing the clients",
  details: "Clients lose their connections without a message, reconnect by " +
    "themselves when they next send something, and rejoin their rooms. The " +
    "server exits with code 75, on which a service manager starts it again; " +
    "for two minutes the users who were online count as present. SIGUSR2 " +
    "does the same. Refused while location2.txt is not served: a client that " +
    "fails to reconnect once would then forget the server.",
  examples: ["retropal restart", "retropal restart --force"],
  fields: {
    force: flag("Restart although location2.txt is not served."),
  },
  role: "superadmin",
  needsServer: true,
  run(context, input) {
    const { live } = context;
    if (live === null) throw refused("Only a running server can do that.");
    const problem = live.restart(input.force ?? false);
    if (problem !== null) throw refused(problem);
    audit(context, { action: "restart", target: "server" });
    const by = manager();
    return done(
      { startedAgainBy: by },
      by === null
        ? "The server stops now. Start it again within two minutes: retropal serve"
        : `The server restarts; ${by} starts it again.`,
    );
  },
});

export const stopServer = command({
  path: ["stop"],
  summary: "Stop the running server, like SIGTERM",
  examples: ["retropal stop"],
  fields: {
    reason: optionalArgument("REASON", "The reason, for the log.", {
      rest: true,
    }),
  },
  role: "superadmin",
  needsServer: true,
  run(context, input) {
    audit(context, { action: "stop", target: "server", after: input.reason });
    // After the answer was sent, because the server closes this channel too.
    setTimeout(() => context.live?.stop(input.reason ?? "asked to"), 100);
    return done({}, "The server is stopping.");
  },
});
