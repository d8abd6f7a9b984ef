import assert from "node:assert/strict";
import { GOLDEN_CASES } from "../../tests/support/golden/mod.ts";
import { CLIENT_CODECS } from "./codecs.ts";
import { CLIENT_TYPES, type PacketType, SERVER_TYPES } from "./packet_types.ts";
import { blanked, secretIn } from "./secrets.ts";

const TYPES: Record<string, PacketType> = { ...CLIENT_TYPES, ...SERVER_TYPES };
const E_ACUTE = 0xe9;

/** Returns the value with an "é" at the end of every text in it. */
function accented(value: unknown): unknown {
  if (typeof value === "string") return `${value}\u00e9`;
  if (value instanceof Uint8Array) return Uint8Array.of(...value, E_ACUTE);
  if (Array.isArray(value)) return value.map(accented);
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, accented(item)]));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, accented(item)]),
  );
}

/** Packets whose text fields hold digits or fixed words. */
const NO_TEXT = new Set([
  "LOGIN",
  "PASSWORD_CHANGE",
  "SERVER_KEY",
  "PASSWORD_RESET_OFFSET",
  "HELLO",
  "SET_PRIVACY",
  "SEARCH_ERROR",
  "LYMERICK",
]);

Deno.test("packet_types has the text offset of each packet", () => {
  const checked = new Set<string>();
  for (const { packet, value } of GOLDEN_CASES) {
    const { name } = packet;
    const entry = TYPES[name];
    if (entry === undefined || NO_TEXT.has(name) || entry.ignored) continue;
    let payload: Uint8Array;
    try {
      payload = packet.payload(accented(value));
    } catch {
      continue; // No text there: a field that takes certain values only.
    }
    const at = payload.indexOf(E_ACUTE);
    if (at < 0 || entry.text === undefined && at < 4) continue;
    const plain = packet.payload(value).indexOf(E_ACUTE);
    if (plain === at) continue;
    checked.add(name);
    assert.ok(entry.text !== undefined, `${name} needs a column text`);
    assert.ok(at >= entry.text, `${name}: text at ${at}, not ${entry.text}`);
  }
  assert.ok(checked.size > 25, [...checked].join(" "));
});

Deno.test("every packet with text declares whether it is secret", () => {
  for (const [name, entry] of Object.entries(TYPES)) {
    if (entry.text === undefined || entry.never) continue;
    assert.ok(entry.secret !== undefined, `${name} needs a column secret`);
  }
});

Deno.test("every packet with a password is blanked", () => {
  const named = CLIENT_CODECS.map(({ name }) => name)
    .filter((name) =>
      /PASSWORD|LOGIN|REGISTER/.test(name) && !/ASK$/.test(name)
    );
  assert.ok(named.length >= 5);
  for (const name of named) {
    assert.ok(TYPES[name]?.secret, `${name} has no column secret`);
  }
});

Deno.test("blanked() keeps the length, the head, and the original", () => {
  const { type } = CLIENT_TYPES.IM_OUT;
  const payload = Uint8Array.of(0, 15, 66, 68, 72, 105);
  const secret = secretIn("client", type, payload.length);
  assert.deepEqual(
    blanked(payload, secret),
    Uint8Array.of(0, 15, 66, 68, 0x78, 0x78),
  );
  assert.equal(payload[4], 72);
  assert.equal(secretIn("client", type, 4), undefined);
  assert.equal(
    secretIn("server", SERVER_TYPES.STATUS_CHANGE.type, 8),
    undefined,
  );
});
