/**
 * Gateways for a test's server. With RETROPAL_TEST_GATEWAYS=2 in the
 * environment every {@linkcode TestServer} is a core with two gateways and its
 * own nats-server, and clients are distributed over the gateways.
 *
 * @module
 */
import { startNats, type TestNats } from "./nats.ts";

/** Number of gateways of every test's server; 0 for a standalone server. */
export const GATEWAYS = Number(Deno.env.get("RETROPAL_TEST_GATEWAYS") ?? 0);

/** Defines a test of something that only a server on its own does. */
export const testAlone = GATEWAYS > 0 ? Deno.test.ignore : Deno.test;

/** A gateway process. */
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

  /** Returns the settings of every process in the cluster. */
  settings(role: "core" | "gateway"): Record<string, string> {
    return { "cluster.role": role, "cluster.nats": this.nats.url };
  }

  /** Returns the gateways in turn. */
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
