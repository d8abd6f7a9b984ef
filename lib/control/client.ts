/**
 * The client side of the control channel, for the command line.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import {
  CODE,
  CommandError,
  type CommandResult,
  failure,
} from "../commands/command.ts";
import type { DataFolder } from "../config/data_folder.ts";
import {
  type Answer,
  CLIENT_SECONDS,
  readLines,
  writeLine,
} from "./protocol.ts";
import { SilenceTimer } from "./silence.ts";

export interface ControlClient {
  /** Runs one command in the server and closes the channel. */
  run(request: {
    readonly path: readonly string[];
    readonly input: Readonly<Record<string, unknown>>;
    readonly secret?: string | undefined;
    readonly checkOnly?: boolean | undefined;
    readonly emit?: (lines: readonly string[], json: unknown) => void;
    readonly signal?: AbortSignal;
    /** It emits until it is stopped, so it may be silent for any time. */
    readonly endless?: boolean;
    /** Seconds of silence after which it gives up; shorter in tests. */
    readonly patience?: number;
  }): Promise<CommandResult>;
  close(): void;
}

/**
 * Milliseconds to connect: the kernel accepts a connection for the server
 * immediately, or not at all.
 */
const CONNECT_MS = 10_000;

/**
 * Connects to the server of this folder. Returns null when none is running.
 * Throws CommandError when one is running but accepts no connection.
 */
export async function connectControl(
  folder: DataFolder,
): Promise<ControlClient | null> {
  try {
    const tcp = await readToken(folder.controlToken);
    if (tcp) {
      const { port, token } = tcp;
      const address = { hostname: "127.0.0.1", port } as const;
      return client(await within(Deno.connect(address)), token);
    }
    // Deno has no Unix sockets on Windows, so a server there leaves a token.
    if (Deno.build.os === "windows") return null;
    return client(await within(connectSocket(folder)));
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused ||
      error instanceof SyntaxError
    ) return null;
    // The server's backlog is full.
    if (error instanceof Deno.errors.WouldBlock) throw takesNone();
    throw error;
  }
}

async function within<T extends Deno.Conn>(connecting: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(takesNone());
    connecting.then((conn) => conn.close(), () => {});
  }, CONNECT_MS);
  try {
    return await Promise.race([connecting, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const takesNone = () =>
  new CommandError(
    CODE.refused,
    "The server runs but takes no commands: it is stopped, stuck or out of " +
      "resources. Its log tells more.",
  );

/**
 * Returns the port and token left by a server without a Unix socket, or null.
 */
async function readToken(
  path: string,
): Promise<{ port: number; token: string } | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Length of `sockaddr_un.sun_path` on the strictest system, without the NUL. */
const LONGEST_SOCKET_PATH = 103;

/**
 * Connects to the socket whatever the folder's name: a path too long for a
 * socket address is reached through a short symbolic link.
 */
async function connectSocket(folder: DataFolder): Promise<Deno.UnixConn> {
  const path = folder.controlSocket;
  if (new TextEncoder().encode(path).length <= LONGEST_SOCKET_PATH) {
    return await Deno.connect({ transport: "unix", path });
  }
  await Deno.stat(path);
  const around = await Deno.makeTempDir({ prefix: "retropal-" });
  const link = join(around, "data");
  try {
    await Deno.symlink(resolve(folder.path), link);
    return await Deno.connect({
      transport: "unix",
      path: join(link, basename(path)),
    });
  } finally {
    await Deno.remove(link).catch(() => {});
    await Deno.remove(around).catch(() => {});
  }
}

function client(conn: Deno.Conn, token?: string): ControlClient {
  const close = () => {
    try {
      conn.close();
    } catch {
      // Closed already.
    }
  };
  return {
    close,
    async run(request) {
      const { path, input, secret, checkOnly, emit, signal } = request;
      const { endless = false, patience = CLIENT_SECONDS } = request;
      let late = false;
      using silence = new SilenceTimer(endless ? Infinity : patience, () => {
        late = true;
        close();
      });
      signal?.addEventListener("abort", close);
      try {
        if (token !== undefined) await writeLine(conn, { token });
        await writeLine(conn, {
          path,
          input,
          ...(secret !== undefined && { secret }),
          ...(checkOnly && { checkOnly }),
        });
        for await (const line of readLines(conn)) {
          const answer: Answer = JSON.parse(line);
          silence.heard();
          if ("alive" in answer) continue;
          if ("result" in answer) return answer.result;
          emit?.(answer.lines, answer.json);
        }
      } catch (error) {
        if (!signal?.aborted && !late) {
          return failure(
            CODE.refused,
            `The connection to the running server broke: ${error}`,
          );
        }
      } finally {
        signal?.removeEventListener("abort", close);
        close();
      }
      if (late) return failure(CODE.refused, noAnswer(path, patience));
      return signal?.aborted
        ? { code: CODE.done, lines: [], json: null }
        : failure(CODE.noServer, "The server ended before it answered.");
    },
  };
}

function noAnswer(path: readonly string[], seconds: number): string {
  return `The server runs but has not answered \`${path.join(" ")}\` for ` +
    `${seconds} seconds: it is stopped, stuck or out of resources. The command ` +
    "may still be done. The server's log tells more.";
}
