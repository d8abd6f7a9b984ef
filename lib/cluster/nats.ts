/**
 * The connection to NATS, and a broker based on it. This is the first module
 * with @nats-io packages to be loaded, and only a server with a role in a
 * cluster loads it.
 *
 * @module
 */
import type {
  ConnectionOptions,
  NatsConnection,
} from "@nats-io/transport-node";
import type { Config } from "../config/config.ts";
import { withoutSecret } from "../config/sections/cluster.ts";
import type { Broker, Log } from "./broker.ts";
import { Joiner, split } from "./parts.ts";
import { natsFault, refusal, securityOptions } from "./nats_credentials.ts";
import { NatsError } from "./nats_error.ts";
import { connectNats } from "./nats_transport.ts";

export type { NatsConnection };

/** Milliseconds to try to reach NATS at the start. */
const START_MS = 30_000;
const RETRY_MS = 1000;
const CONNECT_MS = 800;
/** Bytes of the longest message that are reserved for NATS itself. */
const MARGIN = 1024;
/**
 * Milliseconds between pings; a dead connection is noticed after two or three.
 * A gateway must be at another server before the core gives it up.
 */
const PING_MS = 300;
const RECONNECT_MS = 100;

export interface NatsLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface NatsOptions {
  readonly config: Config;
  /** Name shown in the monitoring of NATS. */
  readonly clientName: string;
  readonly log: NatsLog;
  /** Milliseconds to try; 30,000 by default. */
  readonly startMs?: number;
}

/** A connection that reconnects by itself, and its subjects. */
export class Nats implements AsyncDisposable {
  /** For JetStream, which other files of this folder use. */
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
   * @throws {NatsError} when NATS cannot be reached in time, or must not be
   * used
   */
  static async connect(options: NatsOptions): Promise<Nats> {
    const { config, log, clientName, startMs = START_MS } = options;
    const fault = natsFault(config);
    if (fault !== undefined) throw new NatsError(fault);
    const where = config.cluster.nats.map(withoutSecret).join(", ");
    const connectionWanted = connectionOptions(config);
    const ends = performance.now() + startMs;
    for (let said = false;;) {
      try {
        const connection = await connectNats({
          ...connectionWanted,
          name: clientName,
        });
        return new Nats(connection, options);
      } catch (error) {
        const fault = refusal(error);
        if (fault !== undefined) {
          throw new NatsError(`NATS at ${where} is there, but ${fault}`);
        }
        const reason = error instanceof Error ? error.message : `${error}`;
        if (performance.now() >= ends) {
          throw new NatsError(
            `NATS cannot be reached at ${where} (${reason}). Start ` +
              "nats-server there, or correct cluster.nats.",
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

  /** Whether the connection is up at the moment. */
  get isConnected(): boolean {
    return this.#connected && !this.connection.isClosed();
  }

  /** Returns the full name of a subject of this cluster. */
  subject(name: string): string {
    return `${this.#prefix}.${name}`;
  }

  /** Returns the broker for links, with the given log. */
  broker(log: Log): Broker {
    const { connection } = this;
    return {
      publish: (subject, bytes) => {
        // Links repeat lost messages, whereas the NATS client would queue them
        // without limit.
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
    // Delivers the last messages, such as the end of sessions.
    await Promise.race([
      this.connection.flush().catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
    ]);
    await this.connection.close();
  }

  async #watch(): Promise<void> {
    let said = "";
    for await (const status of this.connection.status()) {
      if (status.type === "disconnect") {
        this.#connected = false;
        this.#log.warn("connection to NATS lost", { server: status.server });
      } else if (status.type === "reconnect") {
        this.#connected = true;
        said = "";
        this.#log.info("connected to NATS again", { server: status.server });
      } else if (status.type === "error") {
        // For example missing permissions, reported for each of many messages.
        const error = refusal(status.error) ?? status.error.message;
        if (error !== said) this.#log.warn("NATS refuses", { error });
        said = error;
      }
    }
  }
}

function randomId(): readonly [number, number] {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return [high, low];
}

function connectionOptions(config: Config): ConnectionOptions {
  return {
    servers: config.cluster.nats.map(withoutSecret),
    ignoreClusterUpdates: false,
    noEcho: true,
    // Otherwise each request would create two stack traces.
    noAsyncTraces: true,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    reconnect: true,
    maxReconnectAttempts: -1,
    // Credentials may be renewed while NATS refuses them.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    ...securityOptions(config),
  };
}
