/**
 * Gateways beside a test's server. With RETROPAL_TEST_GATEWAYS=2 in the
 * environment every {@linkcode TestServer} is a core with as many gateways over
 * a nats-server of its own, and clients are spread over them.
 *
 * @module
 */
import { startNats, type TestNats } from "./nats.ts";

/** Gateways of every test's server; 0: the server is alone. */
export const GATEWAYS = Number(Deno.env.get("RETROPAL_TEST_GATEWAYS") ?? 0);

/** A process of ours that can be told to end. */
export interface Gateway {
  readonly chat: { readonly host: string; readonly port: number };
  readonly video: { readonly host: string; readonly port: number };
  readonly voice: { readonly host: string; readonly port: number };
  readonly log: { readonly text: string };
  stop(): Promise<number>;
  kill9(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export class TestCluster {
  readonly gateways: Gateway[] = [];
  #next = 0;

  private constructor(readonly nats: TestNats) {}

  static async start(): Promise<TestCluster> {
    const nats = await startNats();
    if (nats === undefined) {
      throw new Error("RETROPAL_TEST_GATEWAYS needs a nats-server");
    }
    return new TestCluster(nats);
  }

  /** Settings of every process of the cluster. */
  settings(role: "core" | "gateway"): Record<string, string> {
    return { "cluster.role": role, "cluster.nats": this.nats.url };
  }

  /** The gateway whose turn it is. */
  next(): Gateway {
    return this.gateways[this.#next++ % this.gateways.length]!;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.gateways.map((gateway) => gateway[Symbol.asyncDispose]()),
    );
    await this.nats.stop();
  }
}
