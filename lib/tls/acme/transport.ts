/**
 * Sends signed requests to an ACME server, handles nonces and limits, and turns
 * errors into sentences.
 *
 * @module
 */
import * as v from "valibot";
import type { AccountKey } from "./jws.ts";

const REQUEST_MS = 30_000;
const MOST_BYTES = 262_144;
/** Servers may reject a valid nonce, so a request is tried several times. */
const NONCE_TRIES = 6;

const DIRECTORY = v.object({
  newNonce: v.string(),
  newAccount: v.string(),
  newOrder: v.string(),
});
const PROBLEM = v.object({
  type: v.optional(v.string(), ""),
  detail: v.optional(v.string(), ""),
});

/** Thrown when no certificate was obtained; the message is for the host. */
export class AcmeError extends Error {
  override name = "AcmeError";
}

export interface Answer {
  readonly text: string;
  readonly json: unknown;
  readonly location: string;
  readonly retryAfterMs: number | undefined;
}

export interface TransportOptions {
  readonly directory: string;
  readonly key: AccountKey;
  /** PEM of the authority that has signed the directory's own certificate. */
  readonly trusted?: string | undefined;
  readonly signal: AbortSignal;
}

export class Transport implements Disposable {
  /** URL of the account, once known. */
  account = "";
  readonly #options: TransportOptions;
  readonly #client: Deno.HttpClient;
  #directory: v.InferOutput<typeof DIRECTORY> | undefined;
  #nonce = "";

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#client = Deno.createHttpClient(
      options.trusted === undefined ? {} : { caCerts: [options.trusted] },
    );
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async directory(): Promise<v.InferOutput<typeof DIRECTORY>> {
    if (this.#directory === undefined) {
      const { directory } = this.#options;
      const { response, text } = await this.#fetch(directory, {});
      const read = v.safeParse(DIRECTORY, parseJson(text));
      if (!response.ok || !read.success) {
        throw new AcmeError(
          `${directory} (web.acme_directory) is no ACME directory.`,
        );
      }
      this.#directory = read.output;
    }
    return this.#directory;
  }

  /** Posts `payload`; without one, reads the resource. */
  async post(url: string, payload?: unknown): Promise<Answer> {
    const { key } = this.#options;
    for (let tries = 1;; tries++) {
      const nonce = this.#nonce || await this.#newNonce();
      this.#nonce = "";
      const who = this.account === ""
        ? { jwk: key.jwk }
        : { kid: this.account };
      const { response, text } = await this.#fetch(url, {
        method: "POST",
        headers: { "content-type": "application/jose+json" },
        body: key.signed({ ...who, nonce, url }, payload),
      });
      this.#nonce = response.headers.get("replay-nonce") ?? "";
      const json = parseJson(text);
      if (response.ok) {
        return {
          text,
          json,
          location: response.headers.get("location") ?? "",
          retryAfterMs: retryAfter(response.headers),
        };
      }
      const problem = v.safeParse(PROBLEM, json);
      const type = problem.success ? problem.output.type : "";
      if (type.endsWith(":badNonce") && tries < NONCE_TRIES) continue;
      throw new AcmeError(problemText(json) ?? `answer ${response.status}`);
    }
  }

  async #newNonce(): Promise<string> {
    const { newNonce } = await this.directory();
    const { response } = await this.#fetch(newNonce, { method: "HEAD" });
    const nonce = response.headers.get("replay-nonce");
    if (nonce === null) throw new AcmeError("The ACME server gives no nonce.");
    return nonce;
  }

  async #fetch(
    url: string,
    init: RequestInit,
  ): Promise<{ response: Response; text: string }> {
    const { signal } = this.#options;
    try {
      const response = await fetch(url, {
        ...init,
        client: this.#client,
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      });
      return { response, text: await readText(response) };
    } catch (error) {
      if (error instanceof AcmeError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new AcmeError(`${url} cannot be reached: ${reason}`);
    }
  }
}

/**
 * Returns the text of a problem document (RFC 7807); null when it is not one.
 */
export function problemText(json: unknown): string | null {
  const read = v.safeParse(PROBLEM, json);
  if (!read.success) return null;
  const { type, detail } = read.output;
  const kind = type.replace(/^urn:ietf:params:acme:error:/, "");
  return `${detail || "refused"}${kind === "" ? "" : ` (${kind})`}`
    .slice(0, 500);
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > MOST_BYTES) {
      throw new AcmeError("The ACME server answers too much.");
    }
  }
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
