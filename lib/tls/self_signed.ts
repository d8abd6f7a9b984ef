/**
 * A certificate that the server creates itself, with all its names and
 * addresses, signed by the host's own authority when there is one.
 *
 * @module
 */
import { hostname } from "node:os";
import type { Config } from "../config/config.ts";
import type { KeyPair } from "../net/tls/terminator.ts";
import { normalAddress } from "../net/networks.ts";
import { makeCertificate, newKey } from "./certificate.ts";
import { keyFits, readCertificate } from "./read_certificate.ts";
import { covers } from "./names.ts";
import type { TlsFiles } from "./tls_files.ts";

const DAY_MS = 86_400_000;
/** Browsers reject certificates valid for more than 398 days. */
const DAYS = 397;
const RENEW_DAYS = 30;
const AUTHORITY_DAYS = 3650;
/**
 * Certificates start this many milliseconds early, for clients whose clocks are
 * slow.
 */
const BACKDATED_MS = DAY_MS;
const MOST_NAMES = 100;
export const AUTHORITY = "authority";
export const SELF = "self";

/** Returns the names and addresses at which clients may reach this server. */
export function ownNames({ server, web }: Config): string[] {
  const machine = hostname().toLowerCase();
  const names = [
    ...web.tls_names,
    web.public_url === "" ? "" : new URL(web.public_url).hostname,
    server.advertise,
    server.advertise_private,
    machine,
    // Other machines at home know it by this name (mDNS).
    machine.includes(".") ? "" : `${machine}.local`,
    "localhost",
    "127.0.0.1",
    "::1",
    ...machineAddresses(),
  ];
  const usable = names.map((name) => normalAddress(name) ?? name.toLowerCase())
    .filter((name) =>
      normalAddress(name) !== null || /^[a-z0-9][a-z0-9.-]{0,252}$/.test(name)
    );
  return [...new Set(usable)].slice(0, MOST_NAMES);
}

function machineAddresses(): string[] {
  try {
    return Deno.networkInterfaces()
      .map(({ address }) => address)
      // Link-local addresses are useless without the name of their interface.
      .filter((address) => !/^fe[89ab]|^169\.254\./i.test(address));
  } catch {
    // Without permission or support the addresses are unknown.
    return [];
  }
}

/**
 * Returns the stored certificate, or a new one when there is none, when it
 * expires soon, when it lacks a name, or when the authority has changed.
 */
export function selfSigned(
  files: TlsFiles,
  config: Config,
  now: number,
): KeyPair {
  const authority = files.readPair(AUTHORITY);
  const names = namesFor(config, authority);
  const stored = usablePair(files.readPair(SELF));
  if (stored !== undefined && isCurrent(stored, names, authority, now)) {
    return stored;
  }
  const key = stored?.key ?? newKey();
  const pair = {
    key,
    certificate: makeCertificate({
      subject: config.server.name,
      names,
      from: new Date(now - BACKDATED_MS),
      until: new Date(now + DAYS * DAY_MS - BACKDATED_MS),
      key,
      kind: "server",
      ...(authority && { issuer: authority }),
    }),
  };
  files.writePair(SELF, pair);
  return pair;
}

/**
 * Creates an authority that can certify only `names`: clients reject anything
 * else that it signs.
 */
export function makeAuthority(
  files: TlsFiles,
  config: Config,
  now: number,
): KeyPair {
  const key = newKey();
  const pair = {
    key,
    certificate: makeCertificate({
      subject: `${config.server.name} (Retropal ${dayText(now)})`,
      names: ownNames(config),
      from: new Date(now - BACKDATED_MS),
      until: new Date(now + AUTHORITY_DAYS * DAY_MS),
      key,
      kind: "authority",
    }),
  };
  files.writePair(AUTHORITY, pair);
  return pair;
}

/** Returns the names of this server that its authority may not certify. */
export function namesBeyond(authority: KeyPair, config: Config): string[] {
  const { permitted } = readCertificate(authority.certificate);
  return ownNames(config).filter((name) => !covers(permitted, name));
}

function namesFor(config: Config, authority: KeyPair | undefined): string[] {
  const names = ownNames(config);
  if (authority === undefined) return names;
  // With a single name beyond the constraints, clients reject the whole
  // certificate.
  const { permitted } = readCertificate(authority.certificate);
  return names.filter((name) => covers(permitted, name));
}

function usablePair(pair: KeyPair | undefined): KeyPair | undefined {
  try {
    return pair && keyFits(pair.certificate, pair.key) ? pair : undefined;
  } catch {
    // Damaged, so it is created again.
    return undefined;
  }
}

function isCurrent(
  { certificate }: KeyPair,
  names: readonly string[],
  authority: KeyPair | undefined,
  now: number,
): boolean {
  const info = readCertificate(certificate);
  const issuer = authority && readCertificate(authority.certificate).subject;
  return info.until.getTime() - now > RENEW_DAYS * DAY_MS &&
    info.from.getTime() <= now &&
    names.every((name) => covers(info.names, name)) &&
    (issuer === undefined ? info.selfIssued : info.issuer === issuer);
}

function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
