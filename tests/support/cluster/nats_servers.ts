/**
 * Three replicating nats-servers for tests: each can be killed, and started
 * again at its address and with its folder.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- says why tests are skipped
import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";

const READY_MS = 20_000;

let said = false;

export class NatsServers implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #folder: string;
  readonly #routes: readonly number[];
  readonly #children: (Deno.ChildProcess | undefined)[];

  private constructor(
    folder: string,
    ports: readonly number[],
    routes: readonly number[],
  ) {
    this.#folder = folder;
    this.#routes = routes;
    this.urls = ports.map((port) => `nats://127.0.0.1:${port}`);
    this.#children = ports.map(() => undefined);
  }

  /**
   * Starts the servers; undefined, with a line printed, if there is no
   * nats-server.
   */
  static async start(count = 3): Promise<NatsServers | undefined> {
    const folder = await Deno.makeTempDir({ prefix: "retropal-nats-" });
    const ports = freePorts(2 * count);
    const servers = new NatsServers(
      folder,
      ports.slice(0, count),
      ports.slice(count),
    );
    try {
      for (let n = 0; n < count; n++) servers.start(n);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (!said) console.error("skipped: there is no nats-server here");
      said = true;
      return undefined;
    }
    try {
      await servers.ready();
    } catch (error) {
      await servers[Symbol.asyncDispose]();
      throw error;
    }
    return servers;
  }

  /** Starts server `n`, for the first time or again. */
  start(n: number): void {
    const port = new URL(this.urls[n]!).port;
    const routes = this.#routes.map((one) => `nats-route://127.0.0.1:${one}`);
    this.#children[n] = new Deno.Command("nats-server", {
      args: [
        "--addr=127.0.0.1",
        `--port=${port}`,
        "--jetstream",
        `--store_dir=${this.#folder}/${n}`,
        `--name=n${n}`,
        ...(routes.length === 1 ? [] : [
          "--cluster_name=test",
          `--cluster=nats://127.0.0.1:${this.#routes[n]}`,
          `--routes=${routes.join(",")}`,
        ]),
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** SIGSTOP makes it mute, as a machine that loses its power is. */
  signal(n: number, signal: Deno.Signal): void {
    this.#children[n]?.kill(signal);
  }

  async kill(n: number): Promise<void> {
    const child = this.#children[n];
    this.#children[n] = undefined;
    if (child === undefined) return;
    child.kill("SIGKILL");
    await child.status;
  }

  /** Resolves when JetStream has a leader. */
  async ready(): Promise<void> {
    const ends = performance.now() + READY_MS;
    for (;;) {
      try {
        const connection = await connect({
          servers: [...this.urls],
          timeout: 1000,
          maxReconnectAttempts: 0,
        });
        try {
          const manager = await jetstreamManager(connection, { timeout: 1000 });
          await manager.getAccountInfo();
          return;
        } finally {
          await connection.close();
        }
      } catch (error) {
        if (performance.now() > ends) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let n = 0; n < this.#children.length; n++) await this.kill(n);
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}

function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
