/**
 * `retropal doctor`: looks for problems that prevent people from connecting.
 *
 * @module
 */
import { CODE, type CommandResult, done } from "../../commands/command.ts";
import { flag, numberOption } from "../../commands/field.ts";
import type { SessionInfo, Status } from "../../ops/live.ts";
import type { Config } from "../../config/config.ts";
import { ConfigError } from "../../config/load.ts";
import { ownAddresses } from "../interfaces.ts";
import { type Local, localCommand } from "../local.ts";
import { checkAddress } from "./address.ts";
import { checkCertificate } from "./certificate.ts";
import { bad, type Finding, ok } from "./finding.ts";
import { checkDatabase, checkFolder } from "./folder.ts";
import { checkFileLimit, checkStore, readFileLimit } from "./machine.ts";
import { checkMail } from "./mail.ts";
import { checkFreePorts, checkLocation, checkOurPorts } from "./ports.ts";
import { waitForClient } from "./wait.ts";

export const doctor = localCommand({
  path: ["doctor"],
  summary: "Check this server for problems and suggest solutions",
  details:
    "Exits with code 1 if there is a problem. With --wait it follows a " +
    "client's sign-on in the running server and reports how far it got.",
  examples: ["retropal doctor", "retropal doctor --wait --minutes 5"],
  fields: {
    wait: flag("Wait for a client to sign on."),
    minutes: numberOption("N", "Minutes to wait with --wait; default: 10.", {
      min: 1,
      max: 1440,
    }),
  },
  async run(local, input) {
    if (input.wait) return await waitForClient(local, input.minutes ?? 10);
    return report(await examine(local));
  },
});

export async function examine(local: Local): Promise<Finding[]> {
  const { folder } = local;
  const findings = checkFolder(folder);
  if (!mayHaveData(folder.path)) return findings;
  findings.push(...checkDatabase(folder));
  const config = readConfig(local, findings);
  findings.push(...await checkStore(folder));
  if (config === null) return findings;

  const live = await ask(local);
  findings.push(
    live
      ? ok("server", `The server is running (process ${live.status.pid}).`)
      : ok("server", "The server is not running."),
    ...(live ? await checkOurPorts(live.status) : checkFreePorts(config)),
    ...await checkAddress(
      announcedBy(config, live?.status),
      ownAddresses(),
      live?.sessions ?? [],
    ),
    await checkLocation(config, live !== null),
    ...checkCertificate(config, live?.status, folder.tls),
    ...checkMail(config),
    checkFileLimit(config, readFileLimit(config)),
  );
  return findings;
}

/**
 * Returns false when the path is something other than a folder. A folder that
 * does not exist yet is fine.
 */
function mayHaveData(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function readConfig(local: Local, findings: Finding[]): Config | null {
  try {
    const { config, warnings } = local.loadConfig();
    findings.push(
      ok("configuration", "The settings are valid."),
      ...warnings.map((text): Finding => ({
        check: "configuration",
        level: "note",
        text,
        advice: "Correct or remove the name.",
      })),
    );
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) {
      findings.push(
        bad(
          "configuration",
          problem,
          "Correct it, then run `retropal config check`.",
        ),
      );
    }
    return null;
  }
}

async function ask(
  local: Local,
): Promise<{ status: Status; sessions: SessionInfo[] } | null> {
  const status = await local.run(["status"], {});
  if (status.code !== CODE.done) return null;
  const sessions = await local.run(["sessions"], {});
  return {
    status: status.json as Status,
    sessions: sessions.code === CODE.done ? sessions.json as SessionInfo[] : [],
  };
}

/**
 * Returns the configuration with the addresses that the server was started
 * with, which can differ from the file.
 */
function announcedBy(config: Config, status: Status | undefined): Config {
  const { advertised = "", advertisedPrivate = "" } = status?.endpoints ?? {};
  if (advertised === "") return config;
  return {
    ...config,
    server: {
      ...config.server,
      advertise: advertised,
      advertise_private: advertisedPrivate,
    },
  };
}

const MARK = { ok: "ok  ", note: "note", bad: "BAD " } as const;

function report(findings: readonly Finding[]): CommandResult {
  const wrong = findings.filter((one) => one.level === "bad").length;
  const lines = findings.flatMap((one) => [
    `${MARK[one.level]}  ${one.check}: ${one.text}`,
    ...(one.advice === undefined ? [] : [`      ${one.advice}`]),
  ]);
  const summary = wrong === 0
    ? "No problems found."
    : wrong === 1
    ? "1 problem found."
    : `${wrong} problems found.`;
  const json = { ok: wrong === 0, findings };
  return wrong === 0
    ? done(json, ...lines, summary)
    : { code: CODE.refused, lines: [...lines, summary], json };
}
