/**
 * Requests signed with an account's key (JSON Web Signature, RFC 7515, with
 * ECDSA on P-256).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
} from "node:crypto";
import { read } from "../der.ts";

/** Bytes of a number on P-256. */
const NUMBER_BYTES = 32;

export interface Jwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

export class AccountKey {
  readonly jwk: Jwk;
  readonly #key: string;

  /** @param key private key of the account, PEM */
  constructor(key: string) {
    this.#key = key;
    const { crv, kty, x, y } = createPublicKey(createPrivateKey(key))
      .export({ format: "jwk" });
    // The order is fixed, because this object is hashed (RFC 7638).
    this.jwk = { crv: `${crv}`, kty: `${kty}`, x: `${x}`, y: `${y}` };
  }

  /** Returns the response to a challenge (RFC 8555, section 8.1). */
  keyAuthorization(token: string): string {
    const print = createHash("sha256").update(JSON.stringify(this.jwk))
      .digest("base64url");
    return `${token}.${print}`;
  }

  /**
   * Returns the body of a request; an undefined payload makes it a POST-as-GET.
   */
  signed(head: Readonly<Record<string, unknown>>, payload: unknown): string {
    const protectedHead = base64url(JSON.stringify({ alg: "ES256", ...head }));
    const body = payload === undefined
      ? ""
      : base64url(JSON.stringify(payload));
    const signature = sign("sha256", Buffer.from(`${protectedHead}.${body}`), {
      key: this.#key,
      dsaEncoding: "der",
    });
    return JSON.stringify({
      protected: protectedHead,
      payload: body,
      signature: base64url(fixedLength(signature)),
    });
  }
}

/**
 * Converts a signature from DER, the only form that Deno 2.6 creates, to two
 * numbers of 32 bytes each.
 */
function fixedLength(der: Uint8Array): Uint8Array {
  const [whole] = read(der);
  const numbers = whole === undefined ? [] : [...read(whole.content)];
  const signature = new Uint8Array(2 * NUMBER_BYTES);
  numbers.forEach(({ content }, i) => {
    // DER adds a zero byte to keep the number positive.
    const bytes = content.subarray(Math.max(0, content.length - NUMBER_BYTES));
    signature.set(bytes, (i + 1) * NUMBER_BYTES - bytes.length);
  });
  return signature;
}

export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value as string).toString("base64url");
}
