import assert from "node:assert/strict";
import { encodeText } from "../protocol/windows1252.ts";
import { keepUnarrived } from "./mailbox.ts";
import { withChat } from "../../tests/support/chat/test_chat.ts";

Deno.test("keepUnarrived() keeps the others' messages when one cannot be kept", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    const { uid: gone } = chat.addUser("Eve");
    for (const from of [gone, bob.uid]) {
      const body = encodeText("hello");
      ann.session.inFlight.sent({ to: ann.uid, from, body, at: chat.now });
    }
    chat.store.accounts.remove(gone, "keep");
    chat.act((ctx) => ctx.world.signOff(ann.session));
    chat.act((ctx) => keepUnarrived(ctx, ann.session));
    const kept = chat.store.messages.waiting(ann.uid);
    assert.deepEqual(kept.map(({ from }) => from), [bob.uid]);
    assert.equal(ann.session.inFlight.size, 0);
    assert.ok(chat.logged("messages could not be kept"));
    chat.forget();
  }));
