/**
 * A core with gateways over a nats-server of its own, for the benches.
 *
 * @module
 */
import { join } from "node:path";
import { ROOT } from "../../root.ts";
import { endsWithScript, temporaryFolder } from "../../leftovers.ts";
import { V8_FLAGS } from "../../v8_flags.ts";
import { has, type Running, startReady } from "./process.ts";
import {
  type Retropal,
  type RetropalOptions,
  startRetropal,
} from "./servers.ts";

const NATS_MS = 10_000;

export interface Cluster extends AsyncDisposable {
  readonly core: Retropal;
  readonly gateways: readonly Running[];
}

/** Returns null where there is no nats-server. */
export async function startCluster(
  gateways: number,
  options: RetropalOptions,
): Promise<Cluster | null> {
  if (!await has("nats-server")) return null;
  const stack = new AsyncDisposableStack();
  try {
    const nats = stack.use(await startNats());
    const core = stack.use(
      await startRetropal({
        ...options,
        settings: {
          ...options.settings,
          "cluster.role": "core",
          "cluster.nats": nats.url,
        },
      }),
    );
    const running: Running[] = [];
    for (let n = 0; n < gateways; n++) {
      running.push(stack.use(await startGateway(nats.url, n, options)));
    }
    return {
      core,
      gateways: running,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function startGateway(
  nats: string,
  number: number,
  { program }: RetropalOptions,
): Promise<Running> {
  const folder = await temporaryFolder("retropal-bench-gateway-");
  const serve = [
    "serve",
    ...["--data", folder, "--bind", "127.0.0.1", "--no-web"],
    ...["--chat-port", "0", "--voice-port", "0", "--video-port", "0", "--set"],
    `cluster.role=gateway;cluster.nats=${nats}`,
  ];
  const run = ["run", "-A", V8_FLAGS, join(ROOT, "main.ts")];
  const running = await startReady(
    `gateway ${number + 1}`,
    program ?? Deno.execPath(),
    program === undefined ? [...run, ...serve] : serve,
    { cores: "all" },
  );
  return {
    ...running,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function startNats(): Promise<AsyncDisposable & { url: string }> {
  const folder = await temporaryFolder("retropal-bench-nats-");
  const child = endsWithScript(
    new Deno.Command("nats-server", {
      args: [
        ...["--addr=127.0.0.1", "--port=-1", "--jetstream"],
        ...[`--store_dir=${folder}`, `--ports_file_dir=${folder}`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn(),
  );
  const url = await addressIn(`${folder}/nats-server_${child.pid}.ports`);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Reads the address from the file that a nats-server writes at its start. */
async function addressIn(file: string): Promise<string> {
  const ends = performance.now() + NATS_MS;
  for (;;) {
    try {
      const { nats } = JSON.parse(await Deno.readTextFile(file));
      return `nats://127.0.0.1:${new URL(nats[0]).port}`;
    } catch (error) {
      if (performance.now() > ends) {
        throw new Error("nats-server did not start", { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
