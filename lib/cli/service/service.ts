/**
 * `retropal service`: starts the server with the machine.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../../commands/command.ts";
import { choiceOption, flag, option } from "../../commands/field.ts";
import { makeFolder } from "../access.ts";
import { type Local, localCommand } from "../local.ts";
import {
  fail2banFiles,
  LAUNCHD_LABEL,
  launchdPlist,
  type ServiceFacts,
  systemdUnit,
  windowsCommand,
  windowsInstructions,
} from "./units.ts";

type Kind = "systemd" | "launchd" | "windows" | "fail2ban";

export const service = localCommand({
  path: ["service"],
  summary: "Write what starts the server with this machine",
  details:
    "A systemd unit on Linux, a launchd file on macOS, instructions on " +
    "Windows; or the filter by which fail2ban finds failed sign-ons in the log.",
  examples: [
    "retropal service --data /srv/retropal",
    "sudo retropal service --data /srv/retropal --install",
    "retropal service --kind fail2ban",
  ],
  fields: {
    kind: choiceOption(
      ["systemd", "launchd", "windows", "fail2ban"],
      "For which system; this one when not given.",
    ),
    user: option("NAME", "Whose processes they are to be; you when not given."),
    install: flag("Put it in its place and start the server."),
  },
  async run(local, input) {
    const kind = input.kind ?? systemKind();
    const facts = readFacts(local, input.user);
    const text = TEXTS[kind](facts);
    if (!input.install) {
      return done({ kind, text }, ...text.trimEnd().split("\n"));
    }
    makeFolder(local.folder);
    return await install(kind, facts, text);
  },
});

const TEXTS: Readonly<Record<Kind, (facts: ServiceFacts) => string>> = {
  systemd: systemdUnit,
  launchd: launchdPlist,
  windows: windowsInstructions,
  fail2ban: fail2banFiles,
};

function systemKind(): Kind {
  if (Deno.build.os === "windows") return "windows";
  return Deno.build.os === "darwin" ? "launchd" : "systemd";
}

function readFacts(local: Local, user: string | undefined): ServiceFacts {
  const { env } = local.terminal;
  const { web, server } = local.loadConfig().config;
  const ports = [
    server.chat_port,
    server.voice_port,
    ...(web.enabled ? [web.port, web.legacy_port] : []),
  ];
  return {
    command: ownCommand(),
    data: resolve(local.folder.path),
    user: user ?? env.SUDO_USER ?? env.USER ?? env.USERNAME ?? "retropal",
    lowPorts: ports.some((port) => port > 0 && port < 1024),
  };
}

/** How this very program is started. */
function ownCommand(): string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const main = join(
    dirname(fileURLToPath(import.meta.url)),
    "../../../main.ts",
  );
  return [Deno.execPath(), "run", "-A", main];
}

async function install(
  kind: Kind,
  facts: ServiceFacts,
  text: string,
): Promise<CommandResult> {
  switch (kind) {
    case "systemd": {
      const path = "/etc/systemd/system/retropal.service";
      const written = write(path, text);
      if (written !== null) return written;
      return await runAll([
        ["chown", "-R", `${facts.user}:`, facts.data],
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "--now", "retropal.service"],
      ], path);
    }
    case "launchd": {
      const home = Deno.env.get("HOME") ?? "/";
      const path = join(home, "Library/LaunchAgents", `${LAUNCHD_LABEL}.plist`);
      Deno.mkdirSync(join(facts.data, "logs"), { recursive: true });
      const written = write(path, text);
      if (written !== null) return written;
      return await runAll([["launchctl", "load", "-w", path]], path);
    }
    case "windows":
      return await runAll([
        ["icacls", facts.data, "/grant", "LOCAL SERVICE:(OI)(CI)M"],
        windowsCommand(facts),
      ], "the task scheduler");
    case "fail2ban":
      return failure(
        CODE.usage,
        "Copy the two parts to their files yourself, then `fail2ban-client reload`.",
      );
  }
}

function write(path: string, text: string): CommandResult | null {
  try {
    Deno.writeTextFileSync(path, text);
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      return failure(
        CODE.refused,
        `${path} may not be written: run it with sudo, or without --install and ` +
          "put the text there.",
      );
    }
    if (error instanceof Deno.errors.NotFound) {
      return failure(
        CODE.refused,
        `${
          dirname(path)
        } is not there: this system starts services another way. ` +
          "Choose --kind.",
      );
    }
    throw error;
  }
}

async function runAll(
  commands: readonly (readonly string[])[],
  where: string,
): Promise<CommandResult> {
  for (const [program = "", ...args] of commands) {
    const words = [program, ...args].join(" ");
    try {
      const { success, stderr } = await new Deno.Command(program, { args })
        .output();
      if (!success) {
        const said = new TextDecoder().decode(stderr).trim();
        return failure(CODE.refused, `\`${words}\` failed: ${said}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return failure(CODE.refused, `There is no ${program} on this system.`);
    }
  }
  return done(
    { installed: where },
    `The server starts with this machine, and runs now (${where}).`,
  );
}
