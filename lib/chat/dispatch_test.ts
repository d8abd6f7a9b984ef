import assert from "node:assert/strict";
import fc from "fast-check";
import { CLIENT_CODECS } from "../protocol/codecs.ts";
import { payloadOf } from "../../tests/support/golden/golden.ts";
import { GOLDEN_CASES } from "../../tests/support/golden/mod.ts";
import {
  CLIENT_TYPES,
  type ClientTypeName,
  type PacketType,
} from "../protocol/packet_types.ts";
import { MAX_RECEIVED_PAYLOAD } from "../protocol/frame.ts";
import { type Row, rowOf, TABLE } from "./dispatch.ts";
import {
  joinAll,
  OAK,
  TestChat,
  type TestClient,
  withChat,
} from "../../tests/support/chat/test_chat.ts";

/** Packets after which a session may be over, by their nature. */
const ENDING: readonly ClientTypeName[] = ["BYE", "LOGIN"];

Deno.test("TABLE has exactly one row for each type that a client may send", () => {
  const types = Object.values(CLIENT_TYPES).map(({ type }) => type as number);
  assert.deepEqual(
    TABLE.map(({ type }) => type).sort((a, b) => a - b),
    types.sort((a, b) => a - b),
  );
  for (const [name, entry] of Object.entries(CLIENT_TYPES)) {
    const { type, ignored }: PacketType = entry;
    assert.equal(rowOf(type)?.name, name);
    assert.equal(rowOf(type)?.ignored, ignored === true, name);
  }
});

Deno.test("dispatch() names, counts and ignores unknown packets", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    for (const row of TABLE.filter(({ ignored }) => ignored)) {
      await ann.sendBytes(row.type, new Uint8Array(30));
      ann.expect();
      assert.equal(chat.services.counters.byType.get(row.name), 1);
    }
    await ann.sendBytes(-7777, new Uint8Array(9));
    ann.expect();
    assert.equal(chat.services.counters.unknownPackets, 1);
    assert.ok(chat.logged("unknown packet ignored"));
  }));

/** A client in each phase, and whether that is one for this row. */
async function inEachPhase(chat: TestChat, row: Row) {
  const fresh = chat.connect();
  const greeted = chat.connect();
  await greeted.send("CLIENT_HELLO", "00000000");
  const online = await chat.signOn("Ann");
  greeted.take();
  const open = {
    start: [fresh, greeted],
    hello: [greeted],
    online: [online],
    any: [fresh, greeted, online],
  }[row.phase];
  return {
    open,
    shut: [fresh, greeted, online].filter((c) => !open.includes(c)),
  };
}

for (const row of TABLE) {
  const golden = GOLDEN_CASES.find(({ packet }) =>
    CLIENT_CODECS.includes(packet) && packet.type === row.type
  )!;

  Deno.test(`${row.name} out of turn is logged and answered by nothing`, () =>
    withChat(async (chat) => {
      const { shut } = await inEachPhase(chat, row);
      for (const client of shut) {
        chat.log.length = 0;
        const { phase } = client.session;
        await client.sendBytes(row.type, payloadOf(golden));
        client.expect();
        assert.ok(chat.logged("packet out of turn"));
        assert.equal(client.session.phase, phase);
        assert.equal(client.closed, undefined);
      }
    }));

  Deno.test(`${row.name} cut short at any byte leaves the session alive`, () =>
    withChat(async (chat) => {
      const payload = payloadOf(golden);
      for (let length = 0; length < payload.length; length++) {
        const client = await present(chat, row);
        await client.sendBytes(row.type, payload.subarray(0, length));
        await assertAlive(chat, row, client);
      }
    }));

  Deno.test(`${row.name} of garbage, and of 65535 bytes, leaves the session alive`, () =>
    withChat(async (chat) => {
      const oversized = [0x00, 0x20, 0x39, 0xc8, 0xff].map((byte) =>
        new Uint8Array(MAX_RECEIVED_PAYLOAD).fill(byte)
      );
      const garbage = fc.sample(fc.uint8Array({ maxLength: 80 }), {
        numRuns: 60,
        seed: row.type,
      });
      for (const payload of [...oversized, ...garbage]) {
        const client = await present(chat, row);
        await client.sendBytes(row.type, payload);
        await assertAlive(chat, row, client);
      }
    }));
}

const PRESENT = new WeakMap<TestChat, TestClient>();

/** A client in the phase that a row wants, kept while it lives. */
async function present(chat: TestChat, row: Row): Promise<TestClient> {
  let client = PRESENT.get(chat);
  if (client !== undefined && client.closed === undefined) return client;
  if (row.phase === "online" || row.phase === "any") {
    client = await chat.signOn("Ann");
    await joinAll(chat, OAK, client);
  } else {
    client = chat.connect();
    if (row.phase === "hello") await client.send("CLIENT_HELLO", "00000000");
    client.take();
  }
  PRESENT.set(chat, client);
  return client;
}

/** It still gets an answer, or has ended as this packet may end it. */
async function assertAlive(
  chat: TestChat,
  row: Row,
  client: TestClient,
): Promise<void> {
  assert.equal(chat.services.counters.handlerErrors, 0);
  if (client.closed !== undefined) {
    assert.ok(ENDING.includes(row.name), client.closed);
    return;
  }
  client.take();
  if (client.session.phase === "online") {
    await client.send("REFRESH_CATEGORIES", "00000001 00000000 00000000");
    assert.deepEqual(client.takeNames(), ["CATEGORY_COUNT"]);
  } else {
    await client.send("CLIENT_HELLO", "00000000");
    client.expect("HELLO 'Hello-From:PaLTALK'");
    client.session.phase = row.phase === "start" ? "new" : "hello";
  }
}
