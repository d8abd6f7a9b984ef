/**
 * `retropal tls authority`: creates a certificate authority for friends to
 * install, limited to the names of this server.
 *
 * @module
 */
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../commands/command.ts";
import { flag, option } from "../commands/field.ts";
import { timeText } from "../commands/table_text.ts";
import { readCertificate } from "../tls/read_certificate.ts";
import { AUTHORITY, makeAuthority, namesBeyond } from "../tls/self_signed.ts";
import { TlsFiles } from "../tls/tls_files.ts";
import type { KeyPair } from "../net/tls/terminator.ts";
import { makeFolder } from "./access.ts";
import { type Local, localCommand } from "./local.ts";

export const tlsAuthority = localCommand({
  path: ["tls", "authority"],
  summary: "Create and show an authority that friends can install",
  details: 'For web.tls = "self": browsers that have installed the authority ' +
    "show no warning. It can certify only the names and addresses that this " +
    "server has now. Its private key stays in the data folder. Installing an " +
    "authority is a matter of trust: docs/pages.md says what it means.",
  examples: [
    "retropal tls authority",
    "retropal tls authority --out retropal-authority.crt",
    "retropal tls authority --renew",
    "retropal tls authority --remove",
  ],
  fields: {
    out: option("FILE", "Write its certificate there.", { completes: "file" }),
    renew: flag("Make a new one; friends have to install it again."),
    remove: flag("Remove it; the server signs its certificate itself again."),
  },
  async run(local, { out, renew, remove }) {
    const files = new TlsFiles(local.folder.tls);
    const existing = files.readPair(AUTHORITY);
    if (remove) {
      if (existing === undefined) {
        return failure(CODE.notFound, "There is no authority.");
      }
      files.remove(`${AUTHORITY}.key`);
      files.remove(`${AUTHORITY}.crt`);
      await reload(local);
      return done({ removed: true }, "The authority is removed.");
    }
    const { config } = local.loadConfig();
    let pair = existing;
    if (pair === undefined || renew) {
      makeFolder(local.folder);
      pair = makeAuthority(files, config, Date.now());
      await reload(local);
    }
    if (out !== undefined) Deno.writeTextFileSync(out, pair.certificate);
    return shown(local, pair, out);
  },
});

/**
 * Makes the server renew its certificate, so that the authority has signed it.
 */
async function reload(local: Local): Promise<void> {
  await local.run(["config", "reload"], {});
}

function shown(
  local: Local,
  pair: KeyPair,
  out: string | undefined,
): CommandResult {
  const { config } = local.loadConfig();
  const info = readCertificate(pair.certificate);
  const beyond = namesBeyond(pair, config);
  const json = {
    subject: info.subject,
    fingerprint: info.fingerprint,
    until: info.until.getTime(),
    permitted: info.permitted,
    notCovered: beyond,
  };
  return done(
    json,
    `${info.subject}, until ${timeText(info.until.getTime())}`,
    `Fingerprint (SHA-256): ${info.fingerprint}`,
    `May certify: ${info.permitted.join(", ")}`,
    ...(beyond.length === 0 ? [] : [
      `It cannot certify ${beyond.join(", ")}: ` +
      "`retropal tls authority --renew` makes one that can.",
    ]),
    out === undefined
      ? `Certificate for friends: ${local.folder.tls}/${AUTHORITY}.crt, or ` +
        "/connect/authority on the pages."
      : `Wrote ${out}.`,
    ...(config.web.tls === "self"
      ? []
      : ['It is used while web.tls = "self", which it is not now.']),
  );
}
