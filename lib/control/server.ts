/**
 * The running server's end of the control channel: a Unix socket in the data
 * folder that only its owner can open; where there is none (Windows, or a path
 * longer than a socket can have) loopback TCP with a token in a file.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import {
  CODE,
  type CommandResult,
  execute,
  failure,
  HOST,
} from "../commands/command.ts";
import type { CommandHost } from "../commands/host.ts";
import { findCommand } from "../commands/table.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { logger } from "../ops/log.ts";
import { readLines, readRequest, writeLine } from "./protocol.ts";

/** What `sockaddr_un` holds on every system, less the closing zero. */
const LONGEST_SOCKET_PATH = 103;

const log = logger("control");

export function fitsSocket(path: string): boolean {
  return Deno.build.os !== "windows" &&
    new TextEncoder().encode(path).length <= LONGEST_SOCKET_PATH;
}

export class ControlServer {
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #connections = new Set<Deno.Conn>();
  readonly #token: string | null;
  readonly #files: readonly string[];
  readonly #accepting: Promise<void>;

  /**
   * Begins to listen. The caller holds the folder's lock, so what an earlier
   * server left behind can go.
   */
  constructor(folder: DataFolder, private readonly host: CommandHost) {
    removeFile(folder.controlSocket);
    removeFile(folder.controlToken);
    if (fitsSocket(folder.controlSocket)) {
      this.#token = null;
      this.#listener = listenUnix(folder.controlSocket);
      this.#files = [folder.controlSocket];
    } else {
      this.#token = crypto.randomUUID() + crypto.randomUUID();
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      this.#listener = listener;
      this.#files = [folder.controlToken];
      Deno.writeTextFileSync(
        folder.controlToken,
        JSON.stringify({ port: listener.addr.port, token: this.#token }),
        { mode: 0o600 },
      );
    }
    this.#accepting = this.#accept();
  }

  /** Ends the channel and every command that still goes on in it. */
  async close(): Promise<void> {
    this.#listener.close();
    for (const conn of this.#connections) close(conn);
    await this.#accepting;
    for (const file of this.#files) removeFile(file);
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) {
        this.#connections.add(conn);
        this.#serve(conn).catch((error) =>
          log.debug("connection ended", { error: String(error) })
        ).finally(() => {
          this.#connections.delete(conn);
          close(conn);
        });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) {
        log.error("control channel ended", { error: String(error) });
      }
    }
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const lines = readLines(conn);
    const first = await lines.next();
    if (first.done) return;
    const gone = new AbortController();
    // Nothing more is expected: a further read ends when the client does.
    const watching = lines.next().then(
      () => gone.abort(),
      () => gone.abort(),
    );
    // One write at a time, in order.
    let last: Promise<void> = Promise.resolve();
    const write = (answer: Parameters<typeof writeLine>[1]) => {
      last = last.then(() => writeLine(conn, answer));
      last.catch(() => gone.abort());
      return last;
    };
    const result = await this.#run(
      first.value,
      gone.signal,
      (emitted, json) => void write({ lines: emitted, json }),
    );
    await write({ result });
    conn.closeWrite().catch(() => {});
    await watching;
  }

  async #run(
    line: string,
    signal: AbortSignal,
    emit: (lines: readonly string[], json: unknown) => void,
  ): Promise<CommandResult> {
    try {
      const request = readRequest(line);
      if (!this.#admits(request.token)) {
        log.warn("control channel refused", {});
        return failure(CODE.refused, "The control channel wants its token.");
      }
      const command = findCommand(request.path);
      if (!command) {
        return failure(
          CODE.usage,
          `The running server knows no \`${
            request.path.join(" ")
          }\`: is it another version?`,
        );
      }
      const context = this.host.context(HOST, { emit, signal });
      log.debug("command", { path: request.path.join(" ") });
      return await execute(command, context, request.input, request.secret);
    } catch (error) {
      if (error instanceof SyntaxError) {
        return failure(CODE.usage, `Not a request: ${error.message}.`);
      }
      log.error("command failed", {
        error: error instanceof Error ? error.stack : String(error),
      });
      return failure(CODE.refused, `The server could not do it: ${error}`);
    }
  }

  #admits(token: string | undefined): boolean {
    if (this.#token === null) return true;
    const a = new TextEncoder().encode(token ?? "");
    const b = new TextEncoder().encode(this.#token);
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

function listenUnix(path: string): Deno.Listener<Deno.UnixConn> {
  // Between its making and a chmod anybody could open it: so never wider.
  const mask = Deno.umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    Deno.umask(mask);
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
