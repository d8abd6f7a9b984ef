/**
 * `retropal service`: starts the server when the machine boots.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CODE, done, failure } from "../../commands/command.ts";
import { choiceOption, flag, option } from "../../commands/field.ts";
import { makeFolder } from "../access.ts";
import type { Terminal } from "../terminal.ts";
import { type Local, localCommand } from "../local.ts";
import { installLaunchd, installSystemd } from "./install.ts";
import {
  fail2banFiles,
  launchdPlist,
  type ServiceFacts,
  systemdUnit,
  windowsInstructions,
} from "./units.ts";

type Kind = "systemd" | "launchd" | "windows" | "fail2ban";

export const service = localCommand({
  path: ["service"],
  summary: "Generate a system service file",
  details:
    "A systemd unit on Linux, a launchd file on macOS, instructions on " +
    "Windows; or the filter with which fail2ban finds failed sign-ons in the " +
    "log.",
  examples: [
    "retropal service --data /srv/retropal",
    "sudo retropal service --data /srv/retropal --install",
    "retropal service --kind fail2ban",
  ],
  fields: {
    kind: choiceOption(
      ["systemd", "launchd", "windows", "fail2ban"],
      "Kind of system; default: this one.",
    ),
    user: option("NAME", "User that runs the server; default: you."),
    install: flag(
      "Install it, so that the server starts when the machine boots.",
    ),
  },
  run(local, input) {
    const kind = input.kind ?? systemKind();
    if (kind !== "fail2ban" && local.terminal.execPath.includes("_npx")) {
      return failure(
        CODE.refused,
        "This program runs from npm's cache, which npm may empty at any " +
          "time: a service needs a program that stays. Use a released " +
          "binary, or build " +
          `one with \`npx --yes deno@${Deno.version.deno} task compile\` and ` +
          "run `dist/retropal service`.",
      );
    }
    const facts = readFacts(local, input.user);
    const text = TEXTS[kind](facts);
    if (!input.install) {
      return done({ kind, text }, ...text.trimEnd().split("\n"));
    }
    if (!INSTALLABLE.has(kind)) {
      return failure(
        CODE.refused,
        `Only you can do that for ${kind}: follow what \`retropal service ` +
          `--kind ${kind}\` shows.`,
      );
    }
    makeFolder(local.folder);
    return kind === "systemd"
      ? installSystemd("/", facts, text)
      : installLaunchd(local.terminal.env.HOME ?? "/", facts, text);
  },
});

const INSTALLABLE: ReadonlySet<Kind> = new Set(["systemd", "launchd"]);

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
  const { web, server, video } = local.loadConfig().config;
  const ports = [
    server.chat_port,
    server.voice_port,
    ...(video.enabled ? [server.video_port] : []),
    ...(web.enabled ? [web.port, web.legacy_port] : []),
  ];
  return {
    command: ownCommand(local.terminal),
    data: resolve(local.folder.path),
    user: user ?? env.SUDO_USER ?? env.USER ?? env.USERNAME ?? "retropal",
    lowPorts: ports.some((port) => port > 0 && port < 1024),
  };
}

/** Returns the command that starts this program. */
function ownCommand({ execPath }: Terminal): string[] {
  if (Deno.build.standalone) return [execPath];
  const main = join(
    dirname(fileURLToPath(import.meta.url)),
    "../../../main.ts",
  );
  return [execPath, "run", "-A", main];
}
