/**
 * Whether browsers can use the certificate of the pages.
 *
 * @module
 */
import type { Config } from "../../config/config.ts";
import type { Status } from "../../ops/live.ts";
import { covers } from "../../tls/names.ts";
import { tlsProblem } from "../../tls/settings.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** Nothing without HTTPS. */
export function checkCertificate(
  config: Config,
  status: Status | undefined,
  now = Date.now(),
): Finding[] {
  const { web, server } = config;
  if (!web.enabled || web.tls === "off") return [];
  const problem = tlsProblem(config);
  if (problem !== null) {
    return [bad("https", problem, "Set what is missing, then restart.")];
  }
  const tls = status?.tls ?? null;
  if (tls === null) return [ok("https", `web.tls is "${web.tls}".`)];
  if (tls.problem !== null) {
    return [
      bad("https", tls.problem, "Fix it, then `retropal config reload`."),
    ];
  }
  const days = Math.floor((tls.until - now) / DAY_MS);
  const text = `The certificate (${tls.mode}) ends in ${days} days; ` +
    `fingerprint ${tls.fingerprint}.`;
  const findings = [
    days < 0
      ? bad("https", "The certificate has ended.", "Renew it, then reload.")
      : days < SOON_DAYS
      ? noteIt("https", text, "Renew it, then `retropal config reload`.")
      : ok("https", text),
  ];
  const missing = [...web.tls_names, server.advertise]
    .filter((name) => name !== "" && !covers(tls.names, name));
  if (missing.length > 0) {
    findings.push(noteIt(
      "https",
      `The certificate does not have ${missing.join(", ")}.`,
      "Browsers warn under these names: see docs/pages.md.",
    ));
  }
  return findings;
}
