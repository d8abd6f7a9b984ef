import assert from "node:assert/strict";
import fc from "fast-check";
import { CLIENT_CODECS } from "../protocol/codecs.ts";
import { HOSTILE, like, type Parts } from "../../tests/support/golden/like.ts";
import { GOLDEN_CASES } from "../../tests/support/golden/mod.ts";
import { decodeText } from "../protocol/windows1252.ts";
import {
  joinAll,
  OAK,
  TestChat,
  type TestClient,
} from "../../tests/support/chat/test_chat.ts";
import { withStore } from "../../tests/support/db/temp.ts";

/** Any text that Windows-1252 holds, with the letters that split and end. */
const text = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map(decodeText),
  fc.string({
    unit: fc.constantFrom(..."\u00c8\n\r\0=,: /w", "uid=1", "\nmsg="),
    maxLength: 12,
  }),
  fc.constantFrom("", "\u00c8", "x".repeat(300), "\u00c8=".repeat(200)),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.constantFrom("/w x: y", "<pb>/w :\u00c8", "").map((line) =>
    Uint8Array.from(line, (letter) => letter.charCodeAt(0))
  ),
  fc.constant(new Uint8Array(40_000).fill(0xc8)),
);

/** HOSTILE_RUNS=5000 runs more of them. */
const RUNS = Number(Deno.env.get("HOSTILE_RUNS") ?? 150);
const PEOPLE = 4;
const FIRST = 1000002;
/** Rooms and people that there are, and numbers that mean something else. */
const number = fc.constantFrom(
  OAK,
  50002,
  50008,
  1001,
  1002,
  ...Array.from({ length: PEOPLE }, (_, i) => FIRST + i),
  1000001,
  30018,
  0,
  1,
  3,
  0xffffffff,
  0x1e,
);

const PARTS: Parts = { ...HOSTILE, forms: {}, text, bytes, number };
const CASES = GOLDEN_CASES.filter(({ packet }) =>
  CLIENT_CODECS.includes(packet) && packet.name !== "BYE"
);

/** Somebody sends a packet of the right shape with the wrong contents. */
const act = fc.nat(CASES.length - 1).chain((i) =>
  fc.record({
    who: fc.nat(PEOPLE - 1),
    i: fc.constant(i),
    value: like(CASES[i]!.value, PARTS),
  })
);

const somebody = fc.record({
  nickname: text,
  first: text,
  last: text,
  email: text,
  color: text,
  showEmail: fc.boolean(),
  role: fc.constantFrom("user", "moderator", "admin", "superadmin"),
});

const somewhere = fc.record({
  name: text,
  banner: text,
  welcome: text,
  lockword: text,
  type: fc.constantFrom(0, 1, 2, 3, 4, 5, 6),
  rating: fc.constantFrom("G", "A", "R"),
  owner: fc.constantFrom(null, FIRST),
});

Deno.test("no state of the server and nothing that is sent makes a frame that breaks a client", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(somebody, {
        minLength: PEOPLE,
        maxLength: PEOPLE,
        selector: ({ nickname }) => nickname.toLowerCase(),
      }),
      fc.uniqueArray(somewhere, {
        minLength: 1,
        maxLength: 3,
        selector: ({ name }) => name.toLowerCase(),
      }),
      text,
      fc.array(act, { minLength: 20, maxLength: 60 }),
      (people, rooms, category, acts) =>
        withStore(async (store) => {
          store.categories.set({ code: 30018, name: category });
          const chat = new TestChat(store, {
            "server.name": category,
            "server.welcome": category,
            "messages.away_reply": true,
            "auth.registration": "open",
            "limits.temporary_rooms_per_user": 100,
          });
          const clients: TestClient[] = [];
          for (const person of people) {
            clients.push(await chat.signOn(person.nickname, person));
          }
          for (const room of rooms) chat.addRoom({ ...room, category: 30018 });
          await joinAll(chat, OAK, ...clients);
          for (const { who, i, value } of acts) {
            const { packet } = CASES[i]!;
            // TestClient holds every frame against the rules.
            await clients[who]!.sendBytes(packet.type, encoded(packet, value));
            chat.now += 50;
            for (const client of clients) {
              for (const name of client.takeNames()) seen.add(name);
            }
          }
          for (const { nickname } of people) {
            for (const name of (await again(chat, nickname)).takeNames()) {
              seen.add(name);
            }
          }
          const failed = chat.log.filter(({ level }) => level === "error");
          assert.deepEqual(failed, []);
        }),
    ),
    { numRuns: RUNS },
  );
  // The property is only meaningful if most packets were sent.
  assert.ok(seen.size >= 35, `only ${[...seen].sort()}`);
});

function encoded(
  packet: (typeof CASES)[number]["packet"],
  value: unknown,
): Uint8Array {
  try {
    return packet.payload(value);
  } catch {
    // Longer than a frame can be.
    return new Uint8Array(200).fill(0x3d);
  }
}

/** A second sign-on ends the first, with everything queued in between. */
function again(chat: TestChat, nickname: string): Promise<TestClient> {
  return chat.signOn(nickname, { take: false });
}
