/**
 * Status of cores and their cluster, and the request to let another core lead
 * (`retropal cluster`).
 *
 * @module
 */
import { logger } from "../ops/log.ts";
import type { Config } from "../config/config.ts";
import { VERSION } from "../version.ts";
import type { ClusterCore } from "./core.ts";
import type { CoreNode } from "./core_node.ts";
import type { CoreStatus } from "./core_status.ts";
import { Nats } from "./nats.ts";

export type { CoreStatus } from "./core_status.ts";

const STATUS = "status";
const PROMOTE = "promote";
/** Milliseconds in which cores must answer to be listed. */
const ANSWER_MS = 1000;

export interface StatusPorts {
  readonly nats: Nats;
  readonly name: string;
  readonly node: CoreNode;
}

/** Answers status requests for a core. Returns a function that stops it. */
export function answerStatus({ nats, name, node }: StatusPorts): () => void {
  const { connection } = nats;
  const subscription = connection.subscribe(nats.subject(STATUS), {
    callback: (_, message) => {
      const leading = node.leading?.();
      const status: CoreStatus = {
        name,
        version: VERSION,
        leads: leading !== undefined,
        term: leading === undefined ? 0 : node.lease.epoch,
        entry: node.index ?? null,
        fault: node.fault ?? null,
        ...leading,
      };
      message.respond(JSON.stringify(status));
    },
  });
  return () => subscription.unsubscribe();
}

/** Returns the additional status of the leader. */
export function leadingStatus(cluster: ClusterCore, online: () => number) {
  return (): Pick<CoreStatus, "online" | "gateways" | "entry"> => ({
    entry: cluster.hub.state.index,
    online: online(),
    gateways: cluster.places.all().map(({ gateway, info, stats }) => ({
      gateway,
      host: info.host,
      chat: info.chat,
      voice: info.voice,
      connections: stats?.connections ?? 0,
    })),
  });
}

/** Calls `stepDown` when another core is requested to lead. */
export function answerPromote(
  nats: Nats,
  name: string,
  stepDown: (next: string) => void,
): () => void {
  const { connection } = nats;
  const subscription = connection.subscribe(nats.subject(PROMOTE), {
    callback: (_, message) => {
      const next = message.string();
      message.respond(next === name ? "leads" : "steps down");
      if (next !== name) stepDown(next);
    },
  });
  return () => subscription.unsubscribe();
}

/** A view of a cluster for commands. */
export class ClusterView implements AsyncDisposable {
  readonly #nats: Nats;

  private constructor(nats: Nats) {
    this.#nats = nats;
  }

  /** Connects. Rejects with NatsError. */
  static async open(config: Config): Promise<ClusterView> {
    return new ClusterView(
      await Nats.connect({
        config,
        clientName: "retropal cluster",
        log: logger("cluster"),
        startMs: 0,
      }),
    );
  }

  /** Returns all cores that answer, the leader first. */
  async cores(): Promise<readonly CoreStatus[]> {
    const { connection } = this.#nats;
    const cores: CoreStatus[] = [];
    const inbox = `${this.#nats.subject("look")}.${crypto.randomUUID()}`;
    const subscription = connection.subscribe(inbox, {
      callback: (_, message) => {
        if (message.data.length > 0) cores.push(message.json<CoreStatus>());
      },
    });
    connection.publish(this.#nats.subject(STATUS), undefined, { reply: inbox });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    subscription.unsubscribe();
    return cores.toSorted((a, b) =>
      Number(b.leads) - Number(a.leads) || (a.name < b.name ? -1 : 1)
    );
  }

  /** Returns the answer of the leader; undefined if there is none. */
  async promote(name: string): Promise<string | undefined> {
    const { connection } = this.#nats;
    try {
      const answer = await connection.request(
        this.#nats.subject(PROMOTE),
        name,
        { timeout: ANSWER_MS },
      );
      return answer.string();
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#nats[Symbol.asyncDispose]();
  }
}
