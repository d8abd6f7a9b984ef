/**
 * Checks the configuration of e-mail. `retropal mail test` tries it out.
 *
 * @module
 */
import type { Config } from "../../config/config.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

/** Checks the settings; no findings when e-mail is not configured. */
export function checkMail({ mail, web }: Config): Finding[] {
  const { host, from, user, password, tls } = mail;
  if (host === "") return [];
  if (from === "") {
    return [
      bad(
        "mail",
        "mail.host is set, but no sender: no e-mail is sent.",
        "Set it: `retropal config set mail.from ADDRESS`.",
      ),
    ];
  }
  if (!web.enabled) {
    return [
      noteIt(
        "mail",
        "The pages are off, so no e-mail is sent: its links lead there.",
        "Turn them on: `retropal config set web.enabled true`.",
      ),
    ];
  }
  if (user !== "" && password === "") {
    return [
      bad(
        "mail",
        "mail.user is set, but mail.password is not.",
        "Set it: `retropal config set mail.password --password-stdin`.",
      ),
    ];
  }
  const isHere = /^(localhost|127\..*|\[?::1\]?)$/.test(host);
  return tls === "off" && !isHere
    ? [
      noteIt(
        "mail",
        `E-mail and the password are sent to ${host} unencrypted.`,
        "Encrypt it: `retropal config set mail.tls starttls`.",
      ),
    ]
    : [ok("mail", `E-mail goes through ${host}. \`mail test\` tries it.`)];
}
