/**
 * Tells which failures of `accept()` call for a pause.
 *
 * @module
 */

/**
 * The machine has no file descriptor or memory left for a connection. The
 * connection stays in the backlog, so accepting it again immediately fails
 * again.
 */
const OUT_OF_RESOURCES = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"]);

/**
 * Returns whether accepting must wait. False for a connection that was reset
 * before it was accepted (ENOTCONN, ECONNABORTED): it has left the backlog,
 * and a pause for each would let one sender close the port for everybody.
 */
export function isOutOfResources(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && OUT_OF_RESOURCES.has(code);
}
