/**
 * Opens ports, with an error that tells the host what to do.
 *
 * @module
 */

/** A port could not be opened; the message is a sentence for the host. */
export class CannotListen extends Error {
  override name = "CannotListen";
  constructor(
    message: string,
    /** The setting that names the port, such as "server.chat_port". */
    readonly setting: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Maximum connections waiting to be accepted, as far as the system allows:
 * after an outage all clients reconnect at the same moment, and one that is
 * turned away waits a second before it tries again.
 */
const BACKLOG = 4096;

/** Opens a TCP port for many clients. Throws {@linkcode CannotListen}. */
export function listenTcp(
  setting: string,
  hostname: string,
  port: number,
): Deno.TcpListener {
  return listening(
    setting,
    port,
    () =>
      Deno.listen({ transport: "tcp", hostname, port, tcpBacklog: BACKLOG }),
  );
}

/**
 * What `open` returns.
 *
 * @param setting the key that says the port, such as "server.chat_port"
 * @throws CannotListen
 */
export function listening<T>(setting: string, port: number, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new CannotListen(
      `Port ${port} (${setting}) cannot be opened: ${reasonOf(cause)}.`,
      setting,
      { cause },
    );
  }
}

/**
 * What the host should know about `server.bind` on this system: Windows takes
 * only IPv6 connections at "::", other systems take both families there.
 */
export function bindWarning(
  bind: string,
  system: string = Deno.build.os,
): string | undefined {
  return bind === "::" && system === "windows"
    ? 'On Windows "::" accepts IPv6 connections only; clients of 2002 need ' +
      "IPv4: use 0.0.0.0."
    : undefined;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) return "another program has it";
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "the address to listen on is not one of this machine";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "this user may not open it (ports below 1024 need a privilege)";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
