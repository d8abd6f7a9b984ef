import assert from "node:assert/strict";
import type { EmergencyLevel } from "../../domain/moderation.ts";
import { clientHello, login, lymerick } from "../../protocol/packets/signon.ts";
import { encodeDigits } from "../../protocol/challenge.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import {
  PASSWORD,
  type TestChat,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const turn = (chat: TestChat, level: EmergencyLevel) =>
  chat.store.emergency.set({ level, reason: "", by: "cli", at: 0 });

async function tries(chat: TestChat, uid: number): Promise<string> {
  const client = chat.connect();
  await client.sendBytes(clientHello.type, clientHello.payload({ uid }));
  const first = lymerick.payload({ uid, firstRun: false });
  await client.sendBytes(lymerick.type, first);
  const digits = encodeDigits(encodeText(PASSWORD), 42, 1);
  await client.sendBytes(login.type, login.payload({ uid, digits }));
  return client.closed ?? client.session.phase;
}

Deno.test("in an emergency only staff sign on, until it is over", () =>
  withChat(async (chat) => {
    const ann = chat.addUser("Ann");
    const guard = chat.addUser("Guard", { role: "moderator" });
    turn(chat, "members");
    assert.equal(await tries(chat, ann.uid), "online");
    turn(chat, "staff");
    assert.equal(await tries(chat, ann.uid), "sign-on failed: closed");
    assert.equal(await tries(chat, guard.uid), "online");
    turn(chat, "open");
    assert.equal(await tries(chat, ann.uid), "online");
  }));
