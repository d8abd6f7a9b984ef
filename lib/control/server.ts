/**
 * The server side of the control channel: a Unix socket in the data folder that
 * only its owner can open. Where a socket is impossible (Windows, a path longer
 * than a socket address, exFAT, folders shared with a virtual machine) it is
 * loopback TCP with a token in a file.
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
import { nextTurn, pause } from "../net/turn.ts";
import { Refusals } from "../net/refusals.ts";
import { AnswerQueue } from "./answer_queue.ts";
import { listenForControl, removeFile } from "./listen.ts";
import { SilenceTimer } from "./silence.ts";
import {
  ALIVE_MS,
  COMMAND_SECONDS,
  LONGEST_LINE,
  LONGEST_PROOF,
  readLines,
  readProof,
  readRequest,
  writeLine,
} from "./protocol.ts";

/**
 * Maximum loopback clients without the token; above this the oldest is closed.
 */
const MOST_UNPROVEN = 64;
/** Connections accepted before other ready work gets its turn. */
const BATCH = 4;

const LIMITS = {
  /** Milliseconds for a loopback client to send the token. */
  proofMs: 5000,
  /** Milliseconds for a client to send its whole request. */
  requestMs: 30_000,
  /** Seconds of silence after which a command is aborted. */
  commandSeconds: COMMAND_SECONDS,
  aliveMs: ALIVE_MS,
};

export interface ControlOptions {
  readonly openSocket?: ((path: string) => Deno.Listener) | undefined;
  /** Shorter ones for tests. */
  readonly limits?: Partial<typeof LIMITS>;
}

/**
 * Milliseconds after which a command must manage without the descriptor
 * reserve.
 */
const LONGEST_LOAN_MS = 30_000;
/** Pause in milliseconds after a failed accept. */
const FAILED_PAUSE_MS = 50;

const log = logger("control");

export class ControlServer {
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #connections = new Set<Deno.Conn>();
  readonly #token: string | null;
  readonly #loans = new Set<() => void>();
  #closed = false;
  /** Connections that have not sent the token yet, oldest first. */
  readonly #unproven = new Set<Deno.Conn>();
  readonly #file: string;
  readonly #limits: typeof LIMITS;
  readonly #refusals = new Refusals(
    log,
    () => performance.now(),
    "control channel refused",
  );
  readonly #accepting: Promise<void>;

  /**
   * Starts listening. The caller must hold the folder's lock, so that files of
   * an earlier server can be removed.
   */
  constructor(
    folder: DataFolder,
    private readonly host: CommandHost,
    { openSocket, limits = {} }: ControlOptions = {},
  ) {
    this.#limits = { ...LIMITS, ...limits };
    const { listener, token, file } = listenForControl(folder, openSocket);
    this.#listener = listener;
    this.#token = token;
    this.#file = file;
    descriptors.fill();
    this.#accepting = this.#accept();
  }

  /** Closes the channel and stops every command that still runs in it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    for (const conn of this.#connections) close(conn);
    await this.#accepting;
    for (const end of [...this.#loans]) end();
    descriptors.close();
    removeFile(this.#file);
  }

  async #accept(): Promise<void> {
    for (let n = 1, failed = 0; !this.#closed; n++) {
      if (n % BATCH === 0) await nextTurn();
      let conn: Deno.Conn;
      try {
        conn = await this.#listener.accept();
        failed = 0;
      } catch (error) {
        if (this.#closed) return;
        // Any other error, such as a reset, ended only that connection.
        if (!isOutOfResources(error)) {
          await nextTurn();
          continue;
        }
        descriptors.ranOut();
        if (failed++ === 0) {
          log.warn("command not accepted", { error: String(error) });
        }
        // Clients have used up the descriptors, so this command gets the
        // reserve.
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
    const first = await nextWithin(conn, lines, this.#limits.requestMs);
    if (first.done) return;
    const gone = new AbortController();
    // Nothing more is expected, so a further read ends when the client does.
    const watching = lines.next().then(
      () => gone.abort(),
      () => gone.abort(),
    );
    const answers = new AnswerQueue(conn, () => gone.abort());
    const alive = setInterval(() => answers.alive(), this.#limits.aliveMs);
    try {
      const result = await this.#run(first.value, gone, answers);
      await answers.finish({ result });
    } finally {
      clearInterval(alive);
    }
    conn.closeWrite().catch(() => {});
    await watching;
  }

  /** Reads the token, within its time limit; answers when it is wrong. */
  async #isProven(
    conn: Deno.Conn,
    lines: AsyncGenerator<string>,
  ): Promise<boolean> {
    this.#unproven.add(conn);
    // Any user of this machine can hold connections open. The host's own client
    // sends its token immediately, so the oldest connection is closed.
    const [oldest] = this.#unproven;
    if (this.#unproven.size > MOST_UNPROVEN && oldest) {
      this.#unproven.delete(oldest);
      close(oldest);
    }
    try {
      const line = await nextWithin(conn, lines, this.#limits.proofMs);
      if (line.done) return false;
      if (this.#admits(readProof(line.value))) return true;
    } catch (error) {
      log.debug("no token came", { error: String(error) });
      return false;
    } finally {
      this.#unproven.delete(conn);
    }
    this.#refusals.note("wrong token", "127.0.0.1");
    const sentence = "The control channel wants its token.";
    await writeLine(conn, { result: failure(CODE.refused, sentence) });
    return false;
  }

  async #run(
    line: string,
    gone: AbortController,
    answers: AnswerQueue,
  ): Promise<CommandResult> {
    try {
      const request = readRequest(line);
      const name = request.path.join(" ");
      const command = findCommand(request.path);
      if (!command) {
        return failure(
          CODE.usage,
          `The running server knows no \`${name}\`: is it another version?`,
        );
      }
      log.debug("command", { path: name });
      const seconds = command.endless ? Infinity : this.#limits.commandSeconds;
      const late = Promise.withResolvers<CommandResult>();
      using silence = new SilenceTimer(seconds, () => {
        log.error("command given up", { path: name, seconds });
        gone.abort();
        late.resolve(failure(CODE.refused, tooLong(name, seconds)));
      });
      const context = this.host.context(HOST, {
        emit(emitted, json) {
          silence.heard();
          answers.emit(emitted, json);
        },
        signal: gone.signal,
      });
      const { input, secret, checkOnly } = request;
      return await Promise.race([
        this.#done(execute(command, context, input, secret, { checkOnly })),
        late.promise,
      ]);
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

  /** Makes the command's changes durable before it is answered. */
  async #done(running: Promise<CommandResult>): Promise<CommandResult> {
    const result = await running;
    await this.host.store.settled?.();
    return result;
  }

  #admits(token: string | undefined): boolean {
    if (this.#token === null) return true;
    const a = new TextEncoder().encode(token ?? "");
    const b = new TextEncoder().encode(this.#token);
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

function tooLong(name: string, seconds: number): string {
  return `The server has worked on \`${name}\` for ${seconds} seconds without ` +
    "a result, and answers no more. It may still be done: look before trying " +
    "again. The server's log tells more.";
}

/**
 * Returns the next line. After `ms` the connection is closed, which ends the
 * wait.
 */
async function nextWithin(
  conn: Deno.Conn,
  lines: AsyncGenerator<string>,
  ms: number,
): Promise<IteratorResult<string>> {
  const timer = setTimeout(() => close(conn), ms);
  try {
    return await lines.next();
  } finally {
    clearTimeout(timer);
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
