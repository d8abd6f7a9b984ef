/**
 * Checks whether browsers accept the certificate of the pages.
 *
 * @module
 */
import type { Config } from "../../config/config.ts";
import type { Status, TlsStatus } from "../../ops/live.ts";
import { osSentence } from "../../ops/os_errors.ts";
import { storedCertificate } from "../../tls/certificate_keeper.ts";
import { covers } from "../../tls/names.ts";
import { keyFits, readCertificate } from "../../tls/read_certificate.ts";
import { tlsProblem } from "../../tls/settings.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/**
 * Checks the certificate; no findings without HTTPS. `folder` is the folder of
 * certificates.
 */
export function checkCertificate(
  config: Config,
  status: Status | undefined,
  folder: string,
  now = Date.now(),
): Finding[] {
  const { web } = config;
  if (!web.enabled || web.tls === "off") return [];
  const problem = tlsProblem(config);
  if (problem !== null) {
    return [bad("https", problem, "Set what is missing, then restart.")];
  }
  let tls: Shown | undefined;
  try {
    tls = status?.tls ?? stored(config, folder);
  } catch (error) {
    return [
      bad(
        "https",
        osSentence(error) ?? (error as Error).message,
        "Let the server's user read the file, or name another.",
      ),
    ];
  }
  if (tls === undefined) {
    const how = web.tls === "acme" ? "order" : "make";
    return [ok("https", `The server will ${how} a certificate at its start.`)];
  }
  if (tls.problem !== null) {
    return [
      bad("https", tls.problem, "Fix it, then `retropal config reload`."),
    ];
  }
  return [remaining(tls, now), ...missingNames(config, tls)];
}

type Shown = Pick<
  TlsStatus,
  "mode" | "names" | "until" | "fingerprint" | "problem"
>;

/** Returns the certificate that a stopped server would use. */
function stored(config: Config, folder: string): Shown | undefined {
  const { tls } = config.web;
  const pair = storedCertificate(config, folder);
  if (pair === undefined || tls === "off") return undefined;
  const { names, until, fingerprint } = readCertificate(pair.certificate);
  return {
    mode: tls,
    names,
    until: until.getTime(),
    fingerprint,
    problem: keyFits(pair.certificate, pair.key)
      ? null
      : "The private key does not belong to the certificate.",
  };
}

function remaining({ mode, until, fingerprint }: Shown, now: number): Finding {
  const days = Math.floor((until - now) / DAY_MS);
  const text = `The certificate (${mode}) ends in ${days} days; fingerprint ` +
    `${fingerprint}.`;
  if (days < 0) {
    return bad(
      "https",
      "The certificate has expired.",
      "Renew it, then reload.",
    );
  }
  return days < SOON_DAYS
    ? noteIt("https", text, "Renew it, then `retropal config reload`.")
    : ok("https", text);
}

function missingNames({ web, server }: Config, { names }: Shown): Finding[] {
  const wanted = [...web.tls_names, server.advertise];
  // A proxy at the public address has its own certificate.
  const missing = [...new Set(wanted)]
    .filter((name) => name !== "" && !covers(names, name));
  return missing.length === 0 ? [] : [
    noteIt(
      "https",
      `The certificate does not have ${missing.join(", ")}.`,
      "Browsers warn under these names: see docs/pages.md.",
    ),
  ];
}
