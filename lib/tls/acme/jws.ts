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

export interface Jwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

export class AccountKey {
  readonly jwk: Jwk;
  readonly #key: string;

  /** `key` is PEM. */
  constructor(key: string) {
    this.#key = key;
    const { crv, kty, x, y } = createPublicKey(createPrivateKey(key))
      .export({ format: "jwk" });
    // In this order: it is hashed (RFC 7638).
    this.jwk = { crv: `${crv}`, kty: `${kty}`, x: `${x}`, y: `${y}` };
  }

  /** What a challenge is answered with (RFC 8555, section 8.1). */
  keyAuthorization(token: string): string {
    const print = createHash("sha256").update(JSON.stringify(this.jwk))
      .digest("base64url");
    return `${token}.${print}`;
  }

  /** The body of a request; undefined as payload makes it a POST-as-GET. */
  signed(head: Readonly<Record<string, unknown>>, payload: unknown): string {
    const protectedHead = base64url(JSON.stringify({ alg: "ES256", ...head }));
    const body = payload === undefined
      ? ""
      : base64url(JSON.stringify(payload));
    const signature = sign("sha256", Buffer.from(`${protectedHead}.${body}`), {
      key: this.#key,
      dsaEncoding: "ieee-p1363",
    });
    return JSON.stringify({
      protected: protectedHead,
      payload: body,
      signature: signature.toString("base64url"),
    });
  }
}

export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value as string).toString("base64url");
}
