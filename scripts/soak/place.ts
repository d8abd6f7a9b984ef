/**
 * The server under test: a separate process that can be stopped, killed,
 * restarted on the same ports, and examined from outside.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { PasswordHasher } from "../../lib/ops/password_hash.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { endsWithScript } from "../leftovers.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const SETTINGS = {
  RETROPAL_AUTH_SCRYPT_LOG2N: "8",
  RETROPAL_LIMITS_OFFLINE_MESSAGES_PER_USER: "100000",
  NO_COLOR: "1",
};

export interface Sample {
  readonly at: number;
  readonly rssBytes: number;
  readonly files: number;
}

interface Status {
  readonly connections: number;
  readonly sessions: number;
  readonly rooms: number;
  readonly talkers: number;
  readonly voiceLinks: { readonly tcp: number; readonly udp: number };
  readonly totals: Readonly<Record<string, number>>;
  readonly queues: Readonly<Record<string, number>>;
}

export class Place {
  readonly samples: Sample[] = [];
  #child: Deno.ChildProcess | undefined;
  #log: Promise<void> | undefined;
  #ports = { chat: 0, voice: 0, video: 0, web: 0 };
  /** Log lines about internal errors of the server. */
  readonly errors: string[] = [];

  constructor(
    readonly data: string,
    readonly options: {
      /** Environment variables that override those of the soak test. */
      readonly env?: Readonly<Record<string, string>>;
      readonly web?: boolean;
    } = {},
  ) {}

  /** Base URL of the pages; "" without them. */
  get web(): string {
    return this.options.web ? `127.0.0.1:${this.#ports.web}` : "";
  }

  get chat(): string {
    return `127.0.0.1:${this.#ports.chat}`;
  }

  get video(): string {
    return `127.0.0.1:${this.#ports.video}`;
  }

  get voice(): string {
    return `127.0.0.1:${this.#ports.voice}`;
  }

  async importUsers(nicknames: readonly string[], password: string) {
    const file = `${this.data}.json`;
    // One hash for all accounts, because hashing a password takes 0.1 s.
    const log2n = Number(this.#env["RETROPAL_AUTH_SCRYPT_LOG2N"]);
    const hash = await new PasswordHasher({ log2n }).hash(encodeText(password));
    const people = nicknames.map((nickname) => ({
      nickname,
      password_hash: hash,
    }));
    await Deno.writeTextFile(file, JSON.stringify(people));
    await this.cli("user", "import", file);
    await Deno.remove(file);
  }

  async cli(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await this.#command([
      ...args,
      "--data",
      this.data,
    ]).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(decoder.decode(stderr));
    return decoder.decode(stdout);
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.cli("status", "--json"));
  }

  async start(): Promise<void> {
    const child = endsWithScript(
      this.#command([
        "serve",
        "--data",
        this.data,
        "--bind",
        "127.0.0.1",
        "--chat-port",
        String(this.#ports.chat),
        "--voice-port",
        String(this.#ports.voice),
        "--video-port",
        String(this.#ports.video),
        ...(this.options.web
          ? ["--web-port", String(this.#ports.web)]
          : ["--no-web"]),
        "--log-format",
        "json",
        "--log-level",
        "warn",
      ]).spawn(),
    );
    this.#child = child;
    this.#log = this.#readLog(child.stderr);
    let text = "";
    for await (
      const piece of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      text += piece;
      const ready = /^ready (\{.*\})$/m.exec(text);
      if (ready === null) continue;
      const { chat, voice, video, web } = JSON.parse(ready[1]!);
      const port = (endpoint: string) => Number(endpoint.split(":").at(-1));
      this.#ports = {
        chat: port(chat),
        voice: port(voice),
        video: port(video),
        web: web === null ? 0 : port(web),
      };
      return;
    }
    throw new Error("the server did not start");
  }

  /** Stops the process. Returns its exit code. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number> {
    const child = this.#child!;
    child.kill(signal);
    const { code } = await child.status;
    await this.#log;
    return code;
  }

  /** Processor time used by the server so far, in milliseconds. */
  cpuMs(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#child!.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // utime and stime, in hundredths of a second.
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  sample(): Sample {
    const proc = `/proc/${this.#child!.pid}`;
    const status = Deno.readTextFileSync(`${proc}/status`);
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    const files = [...Deno.readDirSync(`${proc}/fd`)].length;
    const sample = { at: Date.now(), rssBytes: 1024 * kilobytes, files };
    this.samples.push(sample);
    return sample;
  }

  get #env(): Readonly<Record<string, string>> {
    return { ...SETTINGS, ...this.options.env };
  }

  #command(args: string[]): Deno.Command {
    const binary = Deno.env.get("RETROPAL_BIN");
    return new Deno.Command(binary ?? Deno.execPath(), {
      args: binary ? args : ["run", "-A", MAIN, ...args],
      env: this.#env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async #readLog(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.includes('"level":"error"')) this.errors.push(line);
      }
    }
  }
}
