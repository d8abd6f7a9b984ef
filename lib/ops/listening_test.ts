import assert from "node:assert/strict";
import { CannotListen, listening } from "./listening.ts";

Deno.test("listening() returns the opened listeners", () => {
  assert.equal(listening("x.port", 1, () => "open"), "open");
});

Deno.test("listening() reports the port and setting that failed, and why", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  assert.throws(
    () =>
      listening(
        "server.chat_port",
        port,
        () => Deno.listen({ hostname: "127.0.0.1", port }),
      ),
    new CannotListen(
      `Port ${port} (server.chat_port) cannot be opened: another program has it.`,
      "server.chat_port",
    ),
  );
});

Deno.test("listening() reports an address of another machine", () => {
  assert.throws(
    () =>
      listening(
        "server.chat_port",
        0,
        () => Deno.listen({ hostname: "192.0.2.1", port: 0 }),
      ),
    /not one of this machine/,
  );
});
