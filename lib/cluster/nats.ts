/**
 * The connection to NATS, and the broker port over it. Of everything that knows
 * the packages @nats-io/*, this is loaded first, and only by a server that has
 * a role in a cluster.
 *
 * @module
 */
import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  type NatsConnection,
} from "@nats-io/transport-node";
import type { Config } from "../config/config.ts";
import type { Broker, Log } from "./broker.ts";
import { Joiner, split } from "./parts.ts";
import { NatsError } from "./nats_error.ts";

export type { NatsConnection };

/** Tries to reach NATS at the start for so long. */
const START_MS = 30_000;
const RETRY_MS = 1000;
const CONNECT_MS = 2000;
/** Of the longest message, for what NATS adds. */
const MARGIN = 1024;
/** A dead connection is noticed within two of these. */
const PING_MS = 1000;
const RECONNECT_MS = 100;

export interface NatsLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface NatsOptions {
  readonly config: Config;
  /** Shown in the monitoring of NATS. */
  readonly clientName: string;
  readonly log: NatsLog;
  /** Milliseconds to try for; 30 seconds when not given. */
  readonly startMs?: number;
}

/** A connection that comes back by itself, and its subjects. */
export class Nats implements AsyncDisposable {
  /** For JetStream: see the other files of this folder. */
  readonly connection: NatsConnection;
  readonly #prefix: string;
  readonly #log: NatsLog;
  #connected = true;

  private constructor(
    connection: NatsConnection,
    { config, log }: NatsOptions,
  ) {
    this.connection = connection;
    this.#prefix = `rp.${config.cluster.name}`;
    this.#log = log;
    void this.#watch();
  }

  /**
   * Connects.
   *
   * @throws {NatsError} when it cannot be reached in time, or must not be used
   */
  static async connect(options: NatsOptions): Promise<Nats> {
    const { config, log, clientName, startMs = START_MS } = options;
    const fault = natsFault(config);
    if (fault !== undefined) throw new NatsError(fault);
    const where = config.cluster.nats.map(withoutSecret).join(", ");
    const ends = performance.now() + startMs;
    for (let said = false;;) {
      try {
        const connection = await connect({
          ...await connectionOptions(config),
          name: clientName,
        });
        return new Nats(connection, options);
      } catch (error) {
        const reason = error instanceof Error ? error.message : `${error}`;
        if (performance.now() >= ends) {
          throw new NatsError(
            `NATS cannot be reached at ${where} (${reason}). Start ` +
              "nats-server there, or correct cluster.nats and " +
              "cluster.credentials.",
          );
        }
        if (!said) {
          log.warn("NATS cannot be reached yet; trying for 30 seconds", {
            nats: where,
            error: reason,
          });
          said = true;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Whether there is a connection at this moment. */
  get isConnected(): boolean {
    return this.#connected && !this.connection.isClosed();
  }

  /** The whole name of a subject of this cluster. */
  subject(name: string): string {
    return `${this.#prefix}.${name}`;
  }

  /** The port to links, with a log of the caller's choice. */
  broker(log: Log): Broker {
    const { connection } = this;
    return {
      publish: (subject, bytes) => {
        // Links repeat what was lost; the client would keep it without bound.
        if (!this.isConnected) return;
        const most = (connection.info?.max_payload ?? 2 ** 20) - MARGIN;
        for (const part of split(bytes, most, randomId)) {
          connection.publish(this.subject(subject), part);
        }
      },
      subscribe: (subject, take) => {
        const joiner = new Joiner();
        const subscription = connection.subscribe(this.subject(subject), {
          callback: (error, message) => {
            if (error !== null) return;
            const whole = joiner.take(message.data);
            if (whole !== undefined) take(whole);
          },
        });
        return () => subscription.unsubscribe();
      },
      log,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.connection.isClosed()) return;
    // What has been published last, such as the end of sessions.
    await Promise.race([
      this.connection.flush().catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
    ]);
    await this.connection.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === "disconnect") {
        this.#connected = false;
        this.#log.warn("connection to NATS lost", { server: status.server });
      } else if (status.type === "reconnect") {
        this.#connected = true;
        this.#log.info("connected to NATS again", { server: status.server });
      }
    }
  }
}

/** Why these settings must not be used, in a sentence; undefined: they may. */
export function natsFault(config: Config): string | undefined {
  const { role, nats, credentials, tls_cert, tls_key, insecure } =
    config.cluster;
  if (nats.length === 0) {
    return `cluster.role is "${role}", and cluster.nats names no server. For ` +
      'example: nats = ["nats://127.0.0.1:4222"]';
  }
  if ((tls_cert === "") !== (tls_key === "")) {
    return "cluster.tls_cert and cluster.tls_key belong together: give both.";
  }
  if (insecure || credentials !== "" || tls_cert !== "") return undefined;
  const open = nats.map((url) => new URL(url)).find((url) =>
    url.username === "" && !isThisMachine(url.hostname)
  );
  return open &&
    `${open} is another host and there are no credentials: anybody who ` +
      "reaches it could sign on as anybody. Set cluster.credentials, or " +
      "cluster.insecure = true in a network of your own.";
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}

function randomId(): readonly [number, number] {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return [high, low];
}

function withoutSecret(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

async function connectionOptions(
  config: Config,
): Promise<ConnectionOptions> {
  const { nats, credentials, tls_ca, tls_cert, tls_key } = config.cluster;
  const named = nats.map((url) => new URL(url)).find((url) =>
    url.username !== ""
  );
  const usesTls = nats.some((url) => url.startsWith("tls:"));
  return {
    servers: nats.map(withoutSecret),
    ignoreClusterUpdates: false,
    noEcho: true,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    ...(usesTls && {
      tls: {
        ...(tls_ca !== "" && { caFile: tls_ca }),
        ...(tls_cert !== "" && { certFile: tls_cert, keyFile: tls_key }),
      },
    }),
    ...(named !== undefined && {
      user: decodeURIComponent(named.username),
      pass: decodeURIComponent(named.password),
    }),
    ...await credentialOptions(credentials),
  };
}

/** @throws {NatsError} when the file cannot be read */
async function credentialOptions(path: string): Promise<ConnectionOptions> {
  if (path === "") return {};
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new NatsError(
      `cluster.credentials: ${path} cannot be read (${
        error instanceof Error ? error.message : error
      }).`,
    );
  }
  const text = new TextDecoder().decode(bytes).trim();
  if (text.includes("BEGIN NATS USER JWT")) {
    return { authenticator: credsAuthenticator(bytes) };
  }
  const colon = text.indexOf(":");
  return colon < 0
    ? { token: text }
    : { user: text.slice(0, colon), pass: text.slice(colon + 1) };
}
