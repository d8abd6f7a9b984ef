/**
 * Opening ports, with an error that its reader can act on.
 *
 * @module
 */

/** A port could not be opened; the message is a sentence for the host. */
export class CannotListen extends Error {
  override name = "CannotListen";
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
      { cause },
    );
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) return "another program has it";
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "the address to listen on is not one of this machine";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "this user may not open it";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
