/**
 * The command line in this process, with a simulated terminal, for tests.
 *
 * @module
 */
import { dataFolder } from "../../../lib/config/data_folder.ts";
import { openFresh } from "../db/fresh.ts";
import { main } from "../../../lib/cli/main.ts";
import { Interrupted, type Terminal } from "../../../lib/cli/terminal.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Parses the output of --json. */
  json(): unknown;
}

export interface Given {
  readonly stdin?: string;
  /** Answers of a user at the terminal; without them there is no user. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of a program, the same however the tests were started. */
  readonly execPath?: string;
}

/** Makes hashes fast; other tests check them. */
const ENV = { RETROPAL_AUTH_SCRYPT_LOG2N: "2" };

export async function retropal(
  args: readonly string[],
  { stdin = "", answers, env = {}, execPath = "/usr/bin/deno" }: Given = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const left = [...answers ?? []];
  const terminal: Terminal = {
    interactive: answers !== undefined,
    env: { ...ENV, ...env },
    execPath,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    progress: () => {},
    readAll: () => Promise.resolve(stdin),
    ask: (question) => {
      err.push(question);
      const answer = left.shift();
      return answer === undefined
        ? Promise.reject(new Interrupted())
        : Promise.resolve(answer);
    },
  };
  const code = await main(args, terminal);
  return {
    code,
    out: out.join("\n"),
    err: err.join("\n"),
    json: () => JSON.parse(out.join("\n")),
  };
}

/** A temporary data folder, and the command line on it. */
export class Home implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Home> {
    return new Home(await Deno.makeTempDir({ prefix: "retropal-cli-" }));
  }

  get data(): string {
    return `${this.path}/data`;
  }

  /** Creates the data folder with a database like that of a first start. */
  async makeDatabase(): Promise<void> {
    await Deno.mkdir(this.data, { mode: 0o700 });
    (await openFresh(dataFolder(this.data).database)).close();
  }

  run(line: string | readonly string[], given?: Given): Promise<Ran> {
    const words = typeof line === "string" ? line.split(" ") : line;
    return retropal([...words, "--data", this.data], given);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
