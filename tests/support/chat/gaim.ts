/**
 * Gaim's plugin as a client without a real connection.
 *
 * @module
 */
import assert from "node:assert/strict";
import { unhex } from "../../../lib/protocol/bytes.ts";
import { encodeDigits, keyOffset } from "../../../lib/protocol/challenge.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import { Context } from "../../../lib/chat/context.ts";
import { greetSilent } from "../../../lib/chat/handlers/sign_on.ts";
import { PASSWORD, type TestChat, type TestClient, u32 } from "./test_chat.ts";

const SERIAL = "'12341234123412341234123412341234'";

/** Returns a connection whose 1.5 seconds of silence are over. */
export function silent(chat: TestChat): TestClient {
  const client = chat.connect();
  client.session.clientVersion = 83;
  client.session.localPort = 5001;
  const ctx = new Context(chat.services, client.session);
  greetSilent(ctx);
  chat.perform(ctx);
  return client;
}

export async function gaim(
  chat: TestChat,
  nickname: string,
): Promise<TestClient> {
  const { uid } = chat.store.accounts.byNickname(nickname) ??
    chat.addUser(nickname);
  const client = silent(chat);
  await client.send("LYMERICK", `${u32(uid)} 00000001 0002 0000001e ${SERIAL}`);
  const key = unhex(client.take().at(-1)!.split(" ")[1]!);
  const digits = encodeDigits(encodeText(PASSWORD), keyOffset(key), 1);
  await client.send("LOGIN", `${u32(uid)} '${digits}'0a'309034003690'`);
  assert.equal(client.session.phase, "online");
  assert.equal(client.session.dialect.client, "Gaim plugin");
  return client;
}
