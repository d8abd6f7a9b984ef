/**
 * Retention on a running server: shorter settings take effect immediately,
 * while users go on talking, and newer data stays.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { withWholeServer } from "../web/support/whole_server.ts";

const DAY = 86_400_000;
const MANY = 20_000;

Deno.test("a running server removes what is too old, and nobody waits for it", () =>
  withWholeServer(async (server) => {
    const { store } = server;
    const now = Date.now();
    const ann = await server.addUser("Ann");
    const bob = await server.addUser("Bob");
    const message = (days: number, text: string) =>
      store.messages.add({
        to: bob.uid,
        from: ann.uid,
        body: encodeText(text),
        at: now - days * DAY,
      });
    message(40, "old");
    message(2, "young");
    store.transaction(() => {
      for (let i = 0; i < MANY; i++) {
        store.pastSessions.add({
          uid: ann.uid,
          beganAt: now - 51 * DAY,
          endedAt: now - 50 * DAY,
          address: "192.0.2.1",
        });
        if (i % 1000 === 0) store.flush();
      }
    });
    store.flush();
    await using client = await server.signOn("Ann");
    server.reload({ "store.session_days": 30, "store.message_days": 30 });
    const old = () => store.retention.oldest("sessions");
    let answered = 0;
    while (old() !== undefined) {
      await client.settle();
      answered++;
      ok(answered < 100_000);
    }
    ok(answered > 5, `${answered} answers while it swept`);
    while (store.messages.count(bob.uid) > 1) await client.settle();
    deepEqual(
      store.messages.waiting(bob.uid).map(({ at }) => at),
      [now - 2 * DAY],
    );
    equal(store.pastSessions.list(ann.uid, 10).length, 0);
  }));
