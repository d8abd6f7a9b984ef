/**
 * For tests: the command line in this process, with a terminal of paper.
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
  /** What --json printed. */
  json(): unknown;
}

export interface Given {
  readonly stdin?: string;
  /** Answers of somebody who sits there; without them nobody does. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program that stays, however the tests were started. */
  readonly execPath?: string;
}

/** Hashes are checked elsewhere: here they only have to be quick. */
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

/** A data folder that goes away, and the command line on it. */
export class Home implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Home> {
    return new Home(await Deno.makeTempDir({ prefix: "retropal-cli-" }));
  }

  get data(): string {
    return `${this.path}/data`;
  }

  /** Makes the data folder with a database as a first start leaves it. */
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
