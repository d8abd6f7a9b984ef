/**
 * Returns a port that was free a moment ago, for options that do not accept 0.
 */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
