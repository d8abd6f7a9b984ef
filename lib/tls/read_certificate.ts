/**
 * Reads the fields of a certificate that the server needs. `X509Certificate` of
 * node:crypto is incomplete before Deno 2.9.
 *
 * @module
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
} from "node:crypto";
import { type Node, oid, read, sequence, TAG } from "./der.ts";
import { nameOf } from "./names.ts";

const COMMON_NAME = "2.5.4.3";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const NAME_CONSTRAINTS = "2.5.29.30";

export interface CertificateInfo {
  /** Common names; "" for none. */
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses. */
  readonly names: readonly string[];
  /** Names that an authority may certify; empty for others. */
  readonly permitted: readonly string[];
  readonly from: Date;
  readonly until: Date;
  /** SHA-256 in hex with colons, as browsers show it. */
  readonly fingerprint: string;
  readonly selfIssued: boolean;
}

interface Parts {
  readonly der: Uint8Array;
  /** Encoded contents of these fields. */
  readonly issuer: Uint8Array;
  readonly validity: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly extensions: Uint8Array;
}

/** Parses the first certificate of a PEM text. Throws when there is none. */
export function readCertificate(text: string): CertificateInfo {
  const parts = partsOf(text);
  const [from, until] = read(parts.validity);
  return {
    subject: commonName(parts.subject),
    issuer: commonName(parts.issuer),
    names: generalNames(
      children(extension(parts, SUBJECT_ALTERNATIVE_NAME)),
    ),
    permitted: generalNames(permittedSubtrees(parts)),
    from: timeOf(from),
    until: timeOf(until),
    fingerprint: createHash("sha256").update(parts.der).digest("hex")
      .toUpperCase().replaceAll(/..(?=.)/g, "$&:"),
    selfIssued: same(parts.subject, parts.issuer),
  };
}

/**
 * Returns whether the private key belongs to the first certificate. Throws like
 * {@linkcode readCertificate}.
 */
export function keyFits(certificate: string, key: string): boolean {
  const own: KeyObject = createPublicKey(createPrivateKey(key));
  const its = sequence(partsOf(certificate).publicKey);
  return same(own.export({ type: "spki", format: "der" }), its);
}

export function partsOf(text: string): Parts {
  const armoured =
    /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(text);
  if (armoured === null) throw new Error("not a certificate in PEM");
  const der = Uint8Array.from(
    atob(armoured[1]!.replaceAll(/\s/g, "")),
    (letter) => letter.charCodeAt(0),
  );
  const body = children(der)[0]?.content;
  // Version, which may be absent, serial number, algorithm, and then these.
  const fields = body === undefined ? [] : [...read(body)];
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [, , issuer, validity, subject, publicKey, ...rest] = fields;
  if (!issuer || !validity || !subject || !publicKey) {
    throw new Error("not a certificate");
  }
  return {
    der,
    issuer: issuer.content,
    validity: validity.content,
    subject: subject.content,
    publicKey: publicKey.content,
    extensions: rest.find(({ tag }) => tag === 0xa3)?.content ??
      new Uint8Array(),
  };
}

/** Returns the values inside the first value of `bytes`. */
function children(bytes: Uint8Array | undefined): Node[] {
  if (bytes === undefined || bytes.length === 0) return [];
  const [whole] = read(bytes);
  return whole === undefined ? [] : [...read(whole.content)];
}

function extension({ extensions }: Parts, id: string): Uint8Array | undefined {
  for (const { content } of children(extensions)) {
    const [name, ...rest] = read(content);
    if (name && isOid(name, id)) return rest.at(-1)?.content;
  }
  return undefined;
}

function permittedSubtrees(parts: Parts): Node[] {
  const [permitted] = children(extension(parts, NAME_CONSTRAINTS));
  if (permitted?.tag !== 0xa0) return [];
  return [...read(permitted.content)]
    .flatMap(({ content }) => [...read(content)].slice(0, 1));
}

function generalNames(nodes: readonly Node[]): string[] {
  return nodes.map(({ tag, content }) => nameOf(tag, content))
    .filter((name) => name !== undefined);
}

function commonName(name: Uint8Array): string {
  for (const { content: set } of read(name)) {
    for (const { content } of read(set)) {
      const [type, value] = read(content);
      if (type && value && isOid(type, COMMON_NAME)) {
        return new TextDecoder().decode(value.content);
      }
    }
  }
  return "";
}

function isOid({ tag, content }: Node, id: string): boolean {
  return tag === TAG.oid && same(content, oid(id).subarray(2));
}

function timeOf(node: Node | undefined): Date {
  const digits = new TextDecoder().decode(node?.content);
  // A two-digit year means 1950 to 2049.
  const full = node?.tag === TAG.generalizedTime
    ? digits
    : `${digits < "50" ? "20" : "19"}${digits}`;
  return new Date(
    full.replace(/(....)(..)(..)(..)(..)(..).*/, "$1-$2-$3T$4:$5:$6Z"),
  );
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
