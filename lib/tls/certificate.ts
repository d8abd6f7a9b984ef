/**
 * Makes certificates, authorities and certificate requests (X.509, RFC 5280;
 * PKCS #10), with ECDSA on P-256.
 *
 * @module
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import {
  bits,
  boolean,
  type Bytes,
  integer,
  octets,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8,
} from "./der.ts";
import { generalName } from "./names.ts";
import { partsOf } from "./read_certificate.ts";

const OID = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  extensionRequest: "1.2.840.113549.1.9.14",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  serverAuthentication: "1.3.6.1.5.5.7.3.1",
  subjectAlternativeName: "2.5.29.17",
  nameConstraints: "2.5.29.30",
  subjectKeyIdentifier: "2.5.29.14",
  authorityKeyIdentifier: "2.5.29.35",
} as const;

export interface CertificateWish {
  readonly subject: string;
  /** Host names and addresses; for an authority, those that it may certify. */
  readonly names: readonly string[];
  readonly from: Date;
  readonly until: Date;
  /** PEM. */
  readonly key: string;
  readonly kind: "server" | "authority";
  /** The issuer that signs it (PEM); self-signed when not given. */
  readonly issuer?: { readonly certificate: string; readonly key: string };
}

/** Returns a new private key, as PEM. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return pemOf(privateKey);
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Returns a certificate, as PEM. */
export function makeCertificate(wish: CertificateWish): string {
  const subject = nameDer(wish.subject);
  const ownSpki = spkiOf(wish.key);
  const signer = wish.issuer?.key ?? wish.key;
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(serial()),
    algorithm(),
    wish.issuer === undefined
      ? subject
      : sequence(partsOf(wish.issuer.certificate).subject),
    sequence(time(wish.from), time(wish.until)),
    subject,
    ownSpki,
    tagged(0xa3, sequence(...extensions(wish, ownSpki, spkiOf(signer)))),
  );
  return pem("CERTIFICATE", signed(body, signer));
}

/** Returns a request to certify `key` for `names`, as DER. */
export function makeRequest(names: readonly string[], key: string): Bytes {
  const asked = sequence(subjectAlternativeName(names));
  return signed(
    sequence(
      integer(0),
      sequence(),
      spkiOf(key),
      tagged(0xa0, sequence(oid(OID.extensionRequest), set(asked))),
    ),
    key,
  );
}

function serial(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function nameDer(name: string): Bytes {
  return sequence(set(sequence(oid(OID.commonName), utf8(name))));
}

function algorithm(): Bytes {
  return sequence(oid(OID.ecdsaWithSha256));
}

function signed(body: Bytes, key: string): Bytes {
  const signature = sign("sha256", body, { key, dsaEncoding: "der" });
  return sequence(body, algorithm(), bits(signature));
}

function spkiOf(key: string): Uint8Array {
  return createPublicKey(createPrivateKey(key))
    .export({ type: "spki", format: "der" });
}

function keyIdentifier(spki: Uint8Array): Uint8Array {
  return createHash("sha256").update(spki).digest().subarray(0, 20);
}

function extensions(
  { kind, names, issuer }: CertificateWish,
  ownSpki: Uint8Array,
  issuerSpki: Uint8Array,
): Bytes[] {
  const isAuthority = kind === "authority";
  return [
    extension(
      OID.basicConstraints,
      // The authority may certify servers, but not other authorities.
      isAuthority ? sequence(boolean(true), integer(0)) : sequence(),
      true,
    ),
    extension(
      OID.keyUsage,
      // keyCertSign and cRLSign, or digitalSignature.
      isAuthority ? bits(Uint8Array.of(0x06), 1) : bits(Uint8Array.of(0x80), 7),
      true,
    ),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuthentication))),
    isAuthority ? nameConstraints(names) : subjectAlternativeName(names),
    extension(OID.subjectKeyIdentifier, octets(keyIdentifier(ownSpki))),
    ...(issuer === undefined ? [] : [
      extension(
        OID.authorityKeyIdentifier,
        sequence(tagged(0x80, keyIdentifier(issuerSpki))),
      ),
    ]),
  ];
}

function extension(id: string, value: Uint8Array, critical = false): Bytes {
  return sequence(
    oid(id),
    ...(critical ? [boolean(true)] : []),
    octets(value),
  );
}

function subjectAlternativeName(names: readonly string[]): Bytes {
  return extension(
    OID.subjectAlternativeName,
    sequence(...names.map((name) => generalName(name))),
  );
}

/**
 * Restricts an authority to `names`. A kind of name without an entry would be
 * permitted without limits.
 */
function nameConstraints(names: readonly string[]): Bytes {
  const subtrees = names.map((name) => sequence(generalName(name, true)));
  return extension(
    OID.nameConstraints,
    sequence(tagged(0xa0, ...subtrees)),
    true,
  );
}

function pem(label: string, der: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...der)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${
    lines.join("\n")
  }\n-----END ${label}-----\n`;
}
