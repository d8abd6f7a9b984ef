/**
 * The command line's end of the control channel.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { CODE, type CommandResult, failure } from "../commands/command.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { type Answer, readLines, writeLine } from "./protocol.ts";

export interface ControlClient {
  /** Runs one command in the server and closes the channel. */
  run(request: {
    readonly path: readonly string[];
    readonly input: Readonly<Record<string, unknown>>;
    readonly secret?: string | undefined;
    readonly checkOnly?: boolean | undefined;
    readonly emit?: (lines: readonly string[], json: unknown) => void;
    readonly signal?: AbortSignal;
  }): Promise<CommandResult>;
  close(): void;
}

/** Null when no server runs on this folder. */
export async function connectControl(
  folder: DataFolder,
): Promise<ControlClient | null> {
  try {
    const tcp = await readToken(folder.controlToken);
    if (tcp) {
      const { port, token } = tcp;
      return client(await Deno.connect({ hostname: "127.0.0.1", port }), token);
    }
    // Windows has no Unix sockets here: a server there leaves a token.
    if (Deno.build.os === "windows") return null;
    return client(await connectSocket(folder));
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused ||
      error instanceof SyntaxError
    ) return null;
    throw error;
  }
}

/** What a server without a Unix socket has left for its clients, or null. */
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
 * Connects to the socket by any name that the folder has: one that is too long
 * for a socket address is reached through a short symbolic link.
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
    async run({ path, input, secret, checkOnly, emit, signal }) {
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
          if ("result" in answer) return answer.result;
          emit?.(answer.lines, answer.json);
        }
      } catch (error) {
        if (!signal?.aborted) {
          return failure(
            CODE.refused,
            `The connection to the running server broke: ${error}`,
          );
        }
      } finally {
        signal?.removeEventListener("abort", close);
        close();
      }
      return signal?.aborted
        ? { code: CODE.done, lines: [], json: null }
        : failure(CODE.noServer, "The server ended before it answered.");
    },
  };
}
