import assert from "node:assert/strict";
import { announce } from "./announcement.ts";
import { withChat } from "../../tests/support/chat/test_chat.ts";

Deno.test("announce() shows a box to all who are signed on, and counts them", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    const half = chat.connect();
    await half.send("CLIENT_HELLO", "00000000");
    half.take();
    assert.equal(chat.act((ctx) => announce(ctx, "caf\u00e9 at noon")), 2);
    ann.expect("ANNOUNCEMENT 'caf' e9 ' at noon'");
    bob.expect("ANNOUNCEMENT 'caf' e9 ' at noon'");
    half.expect();
  }));

Deno.test("announce() never sends an empty box: the client needs a byte", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    chat.act((ctx) => announce(ctx, ""));
    ann.expect("ANNOUNCEMENT ' '");
  }));
