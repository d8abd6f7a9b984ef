/**
 * The running server's end of the control channel: a Unix socket in the data
 * folder that only its owner can open. Where a socket cannot be made (Windows,
 * a path longer than a socket address, exFAT, folders shared with a virtual
 * machine) it is loopback TCP with a token in a file.
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
import { isOutOfResources } from "../net/accept_error.ts";
import { descriptors } from "../net/descriptors.ts";
import { logger } from "../ops/log.ts";
import { pause } from "../net/turn.ts";
import { keepOwner } from "../ops/owner.ts";
import { AnswerQueue } from "./answer_queue.ts";
import {
  LONGEST_LINE,
  LONGEST_PROOF,
  readLines,
  readProof,
  readRequest,
  writeLine,
} from "./protocol.ts";

/** Time for a client on loopback to send the token. */
const PROOF_MS = 5000;
/** Clients that have not sent it yet; more are closed. */
const MOST_UNPROVEN = 32;

/** After this time a command must live with what descriptors are free. */
const LONGEST_LOAN_MS = 30_000;
/** Milliseconds to wait after a failed accept. */
const FAILED_PAUSE_MS = 50;

const log = logger("control");

export class ControlServer {
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #connections = new Set<Deno.Conn>();
  readonly #token: string | null;
  readonly #loans = new Set<() => void>();
  #closed = false;
  #unproven = 0;
  readonly #files: readonly string[];
  readonly #accepting: Promise<void>;

  /**
   * Starts listening. The caller holds the folder's lock, so what an earlier
   * server left behind can be removed.
   */
  constructor(
    folder: DataFolder,
    private readonly host: CommandHost,
    openSocket: (path: string) => Deno.Listener = listenUnix,
  ) {
    removeFile(folder.controlSocket);
    removeFile(folder.controlToken);
    const socket = listenOnSocket(folder.controlSocket, openSocket);
    if (socket) {
      this.#token = null;
      this.#listener = socket;
      this.#files = [folder.controlSocket];
    } else {
      this.#token = crypto.randomUUID() + crypto.randomUUID();
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      this.#listener = listener;
      this.#files = [folder.controlToken];
      try {
        writeToken(folder.controlToken, listener.addr.port, this.#token);
      } catch (error) {
        listener.close();
        throw error;
      }
    }
    descriptors.fill();
    this.#accepting = this.#accept();
  }

  /** Ends the channel and every command that still goes on in it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    for (const conn of this.#connections) close(conn);
    await this.#accepting;
    for (const end of [...this.#loans]) end();
    descriptors.close();
    for (const file of this.#files) removeFile(file);
  }

  async #accept(): Promise<void> {
    for (let failed = 0; !this.#closed;) {
      let conn: Deno.Conn;
      try {
        conn = await this.#listener.accept();
        failed = 0;
      } catch (error) {
        if (this.#closed) return;
        if (isOutOfResources(error)) descriptors.ranOut();
        if (failed++ === 0) {
          log.warn("command not accepted", { error: String(error) });
        }
        // Clients have used up the descriptors: this command gets the reserve.
        this.#returnSoon(descriptors.lend());
        await pause(FAILED_PAUSE_MS);
        continue;
      }
      this.#begin(conn);
    }
  }

  #begin(conn: Deno.Conn): void {
    const giveBack = descriptors.lend();
    const stop = this.#returnSoon(giveBack);
    this.#connections.add(conn);
    this.#serve(conn).catch((error) =>
      log.debug("connection ended", { error: String(error) })
    ).finally(() => {
      this.#connections.delete(conn);
      close(conn);
      stop();
    });
  }

  /** Returns a loan after a while, or when the returned function is called. */
  #returnSoon(giveBack: () => void): () => void {
    const end = () => {
      clearTimeout(timer);
      this.#loans.delete(end);
      giveBack();
    };
    const timer = setTimeout(end, LONGEST_LOAN_MS);
    this.#loans.add(end);
    return end;
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    let admitted = this.#token === null;
    const lines = readLines(
      conn,
      () => admitted ? LONGEST_LINE : LONGEST_PROOF,
    );
    admitted ||= await this.#isProven(conn, lines);
    if (!admitted) return;
    const first = await lines.next();
    if (first.done) return;
    const gone = new AbortController();
    // Nothing more is expected: a further read ends when the client does.
    const watching = lines.next().then(
      () => gone.abort(),
      () => gone.abort(),
    );
    const answers = new AnswerQueue(conn, () => gone.abort());
    const result = await this.#run(
      first.value,
      gone.signal,
      (emitted, json) => answers.emit(emitted, json),
    );
    await answers.finish({ result });
    conn.closeWrite().catch(() => {});
    await watching;
  }

  /** Reads the token, which must come soon; answers when it is wrong. */
  async #isProven(
    conn: Deno.Conn,
    lines: AsyncGenerator<string>,
  ): Promise<boolean> {
    if (this.#unproven >= MOST_UNPROVEN) return false;
    this.#unproven++;
    const timer = setTimeout(() => close(conn), PROOF_MS);
    try {
      const line = await lines.next();
      if (line.done) return false;
      if (this.#admits(readProof(line.value))) return true;
    } catch (error) {
      log.debug("no token came", { error: String(error) });
      return false;
    } finally {
      clearTimeout(timer);
      this.#unproven--;
    }
    log.warn("control channel refused", {});
    const sentence = "The control channel wants its token.";
    await writeLine(conn, { result: failure(CODE.refused, sentence) });
    return false;
  }

  async #run(
    line: string,
    signal: AbortSignal,
    emit: (lines: readonly string[], json: unknown) => void,
  ): Promise<CommandResult> {
    try {
      const request = readRequest(line);
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
      return await execute(command, context, request.input, request.secret, {
        checkOnly: request.checkOnly,
      });
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

/** Null when this folder or this system has no Unix sockets. */
function listenOnSocket(
  path: string,
  open: (path: string) => Deno.Listener,
): Deno.Listener | null {
  if (Deno.build.os === "windows") return null;
  try {
    return open(path);
  } catch (error) {
    log.info("no Unix socket in this folder: control channel on loopback TCP", {
      reason: error instanceof Error ? error.message : String(error),
    });
    // A failed bind may leave an empty file behind.
    removeFile(path);
    return null;
  }
}

function listenUnix(path: string): Deno.Listener<Deno.UnixConn> {
  // A chmod afterwards would leave a moment in which anybody could connect.
  const mask = Deno.umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    Deno.umask(mask);
  }
}

function writeToken(path: string, port: number, token: string): void {
  Deno.writeTextFileSync(path, JSON.stringify({ port, token }), {
    mode: 0o600,
    createNew: true,
  });
  keepOwner(path);
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
