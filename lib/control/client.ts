/**
 * The command line's end of the control channel.
 *
 * @module
 */
import { CODE, type CommandResult, failure } from "../commands/command.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { type Answer, readLines, writeLine } from "./protocol.ts";
import { fitsSocket } from "./server.ts";

export interface ControlClient {
  /** Runs one command in the server and closes the channel. */
  run(request: {
    readonly path: readonly string[];
    readonly input: Readonly<Record<string, unknown>>;
    readonly secret?: string | undefined;
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
    if (fitsSocket(folder.controlSocket)) {
      return client(
        await Deno.connect({ transport: "unix", path: folder.controlSocket }),
      );
    }
    const { port, token } = JSON.parse(
      await Deno.readTextFile(folder.controlToken),
    );
    return client(await Deno.connect({ hostname: "127.0.0.1", port }), token);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused ||
      error instanceof SyntaxError
    ) return null;
    throw error;
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
    async run({ path, input, secret, emit, signal }) {
      signal?.addEventListener("abort", close);
      try {
        await writeLine(conn, {
          path,
          input,
          ...(secret !== undefined && { secret }),
          ...(token !== undefined && { token }),
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
