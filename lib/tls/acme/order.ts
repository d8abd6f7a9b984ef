/**
 * Obtains a certificate by ACME (RFC 8555) with HTTP-01 challenges.
 *
 * @module
 */
import * as v from "valibot";
import { makeRequest, newKey } from "../certificate.ts";
import type { KeyPair } from "../../net/tls/terminator.ts";
import { AccountKey, base64url } from "./jws.ts";
import { AcmeError, type Answer, problemText, Transport } from "./transport.ts";

const POLL_MS = 1000;
const LONGEST_POLL_MS = 30_000;
/** Milliseconds allowed for the whole order. */
const ORDER_MS = 5 * 60_000;

const ORDER = v.object({
  status: v.string(),
  authorizations: v.array(v.string()),
  finalize: v.string(),
  certificate: v.optional(v.string()),
  error: v.optional(v.unknown()),
});
const CHALLENGE = v.object({
  type: v.string(),
  url: v.string(),
  token: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,200}$/))),
  error: v.optional(v.unknown()),
});
const AUTHORIZATION = v.object({
  status: v.string(),
  identifier: v.object({ value: v.string() }),
  challenges: v.array(CHALLENGE),
});

export interface OrderOptions {
  readonly directory: string;
  readonly names: readonly string[];
  /** Contact address; "" for none. */
  readonly email: string;
  /** Private key of the account, PEM. */
  readonly accountKey: string;
  readonly trusted?: string | undefined;
  /** Responses to challenges by token, which the http port serves meanwhile. */
  readonly challenges: Map<string, string>;
  readonly signal: AbortSignal;
}

/** Returns a new key with its certificate. Throws {@linkcode AcmeError}. */
export async function orderCertificate(
  options: OrderOptions,
): Promise<KeyPair> {
  const { directory, names, email, accountKey, trusted } = options;
  const signal = AbortSignal.any([
    options.signal,
    AbortSignal.timeout(ORDER_MS),
  ]);
  const key = new AccountKey(accountKey);
  using transport = new Transport({ directory, key, trusted, signal });
  const order = new Order(transport, key, options.challenges, signal);
  return await order.run(names, email);
}

class Order {
  readonly #transport: Transport;
  readonly #key: AccountKey;
  readonly #challenges: Map<string, string>;
  readonly #signal: AbortSignal;

  constructor(
    transport: Transport,
    key: AccountKey,
    challenges: Map<string, string>,
    signal: AbortSignal,
  ) {
    this.#transport = transport;
    this.#key = key;
    this.#challenges = challenges;
    this.#signal = signal;
  }

  async run(names: readonly string[], email: string): Promise<KeyPair> {
    const transport = this.#transport;
    const { newAccount, newOrder } = await transport.directory();
    const account = await transport.post(newAccount, {
      termsOfServiceAgreed: true,
      ...(email !== "" && { contact: [`mailto:${email}`] }),
    });
    transport.account = account.location;
    const placed = await transport.post(newOrder, {
      identifiers: names.map((value) => ({ type: "dns", value })),
    });
    const { authorizations, finalize } = parse(ORDER, placed);
    for (const url of authorizations) await this.#authorize(url);

    const key = newKey();
    const request = base64url(makeRequest(names, key));
    await transport.post(finalize, { csr: request });
    const done = await this.#poll(
      placed.location,
      ORDER,
      ({ status }) => status === "valid" || status === "invalid",
    );
    if (done.status !== "valid" || done.certificate === undefined) {
      throw new AcmeError(
        problemText(done.error) ?? "The ACME server did not issue it.",
      );
    }
    const { text } = await transport.post(done.certificate);
    return { certificate: text, key };
  }

  async #authorize(url: string): Promise<void> {
    const asked = parse(AUTHORIZATION, await this.#transport.post(url));
    if (asked.status === "valid") return;
    const challenge = asked.challenges.find(({ type }) => type === "http-01");
    const token = challenge?.token;
    if (challenge === undefined || token === undefined) {
      throw new AcmeError(
        `${asked.identifier.value} cannot be proved by http (no HTTP-01).`,
      );
    }
    this.#challenges.set(token, this.#key.keyAuthorization(token));
    try {
      await this.#transport.post(challenge.url, {});
      const done = await this.#poll(
        url,
        AUTHORIZATION,
        ({ status }) => status !== "pending" && status !== "processing",
      );
      if (done.status === "valid") return;
      const failed = done.challenges.find(({ error }) => error !== undefined);
      throw new AcmeError(
        `${asked.identifier.value}: ${
          problemText(failed?.error) ?? done.status
        }`,
      );
    } finally {
      this.#challenges.delete(token);
    }
  }

  async #poll<T>(
    url: string,
    schema: v.GenericSchema<unknown, T>,
    isOver: (value: T) => boolean,
  ): Promise<T> {
    for (;;) {
      const answer = await this.#transport.post(url);
      const value = parse(schema, answer);
      if (isOver(value)) return value;
      await this.#pause(
        Math.min(Math.max(answer.retryAfterMs ?? 0, POLL_MS), LONGEST_POLL_MS),
      );
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => reject(new AcmeError("The ACME server takes too long."));
    if (this.#signal.aborted) stop();
    this.#signal.addEventListener("abort", stop);
    const timer = setTimeout(resolve, ms);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", stop);
    }
  }
}

function parse<T>(schema: v.GenericSchema<unknown, T>, answer: Answer): T {
  const read = v.safeParse(schema, answer.json);
  if (read.success) return read.output;
  throw new AcmeError("The ACME server's answer cannot be read.");
}
