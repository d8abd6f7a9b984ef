import { ok } from "node:assert/strict";
import { nextTurn } from "./turn.ts";

/** Keeps the processor for so many milliseconds. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

Deno.test("nextTurn() lets sockets in between slices of long work", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  using _ends = { [Symbol.dispose]: () => [client, server].map(close) };
  const space = new Uint8Array(8);
  for (let round = 0; round < 5; round++) {
    let heard = false;
    const hears = client.read(space).then(() => heard = true);
    work(20);
    await nextTurn();
    await server.write(new Uint8Array(8));
    let turns = 0;
    for (; !heard && turns < 200; turns++) {
      work(20);
      await nextTurn();
    }
    ok(turns <= 5, `${turns} turns of 20 ms until a packet was read`);
    await hears;
  }
});

function close(conn: Deno.Conn): void {
  conn.close();
}
