/**
 * Opens the listener of the control channel: a Unix socket in the data folder,
 * or loopback TCP with a token in a file.
 *
 * @module
 */
import type { DataFolder } from "../config/data_folder.ts";
import { logger } from "../ops/log.ts";
import { keepOwner } from "../ops/owner.ts";

const log = logger("control");

export interface ControlListener {
  readonly listener: Deno.Listener<Deno.Conn>;
  /** Null on a socket, which only its owner can open. */
  readonly token: string | null;
  /** The file to remove at the end. */
  readonly file: string;
}

/**
 * Opens the listener. The caller must hold the folder's lock, because files of
 * an earlier server are removed.
 */
export function listenForControl(
  folder: DataFolder,
  openSocket: (path: string) => Deno.Listener = listenUnix,
): ControlListener {
  removeFile(folder.controlSocket);
  removeFile(folder.controlToken);
  const socket = listenOnSocket(folder.controlSocket, openSocket);
  if (socket) {
    return { listener: socket, token: null, file: folder.controlSocket };
  }
  const token = crypto.randomUUID() + crypto.randomUUID();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    writeToken(folder.controlToken, listener.addr.port, token);
  } catch (error) {
    listener.close();
    throw error;
  }
  return { listener, token, file: folder.controlToken };
}

/** Returns null when this folder or this system has no Unix sockets. */
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
  // A later chmod would leave a moment in which other users could connect.
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

export function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
