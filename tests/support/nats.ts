/**
 * Starts a nats-server for one test, on free ports and in a temporary folder.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- says why tests are skipped

const READY_MS = 10_000;

export interface NatsOptions {
  /** Password of the user "retropal"; no sign-on is needed by default. */
  readonly password?: string;
  /** The text of its configuration file, such as certificates and users. */
  readonly config?: string;
  /** Port to use again. */
  readonly port?: number;
  /** Folder to keep; by default a temporary one. */
  readonly folder?: string;
}

export interface TestNats extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  signal(signal: Deno.Signal): void;
  stop(signal?: Deno.Signal): Promise<void>;
}

let said = false;

/** Returns false, and prints a line, if there is no nats-server. */
export async function hasNats(): Promise<boolean> {
  try {
    await new Deno.Command("nats-server", { args: ["--version"] }).output();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (!said) console.error("skipped: there is no nats-server here");
    said = true;
    return false;
  }
}

/**
 * Starts a server; undefined, with a line printed, if there is no nats-server.
 */
export async function startNats(
  options: NatsOptions = {},
): Promise<TestNats | undefined> {
  if (!await hasNats()) return undefined;
  const folder = options.folder ??
    await Deno.makeTempDir({ prefix: "retropal-nats-" });
  const args = [
    "--addr=127.0.0.1",
    `--port=${options.port ?? -1}`,
    "--jetstream",
    `--store_dir=${folder}`,
    `--ports_file_dir=${folder}`,
    ...(options.config === undefined
      ? []
      : ["--config", await writeConfig(folder, options.config)]),
    ...(options.password === undefined
      ? []
      : ["--user=retropal", `--pass=${options.password}`]),
  ];
  const child = new Deno.Command("nats-server", {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let stopped = false;
  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    if (!stopped) {
      stopped = true;
      try {
        child.kill(signal);
      } catch {
        // It has already ended.
      }
    }
    await child.status;
    if (options.folder === undefined) {
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  };
  try {
    const url = await address(`${folder}/nats-server_${child.pid}.ports`);
    const port = Number(new URL(url).port);
    return {
      url: `nats://127.0.0.1:${port}`,
      port,
      signal: (signal) => child.kill(signal),
      stop,
      [Symbol.asyncDispose]: () => stop(),
    };
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  }
}

async function writeConfig(folder: string, text: string): Promise<string> {
  const path = `${folder}/nats.conf`;
  await Deno.writeTextFile(path, text);
  return path;
}

/** Reads the address from its ports file, once that is written. */
async function address(file: string): Promise<string> {
  const ends = performance.now() + READY_MS;
  for (;;) {
    try {
      const { nats } = JSON.parse(await Deno.readTextFile(file));
      return nats[0];
    } catch (error) {
      if (performance.now() > ends) {
        throw new Error("nats-server did not start", { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
