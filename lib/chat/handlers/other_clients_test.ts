import assert from "node:assert/strict";
import {
  joinAll,
  OAK,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";
import { gaim, silent } from "../../../tests/support/chat/gaim.ts";

Deno.test("a silent client gets REDIRECT to here and HELLO, once", () =>
  withChat(async (chat) => {
    const client = silent(chat);
    client.expect("REDIRECT c6336407 1389", "HELLO 'Hello-From:PaLTALK'");
    await client.send("CLIENT_HELLO", "00000000");
    client.expect();
    assert.equal(client.session.dialect.client, "5.0");
    await client.send("GET_UIN", "00000001 'nobody'");
    assert.match(client.take()[0]!, /^UIN_RESPONSE 7569643d300a/);
  }));

Deno.test("Gaim: an unknown name is -1, its own status comes before the end", () =>
  withChat(async (chat) => {
    const first = silent(chat);
    first.take();
    await first.send("GET_UIN", "00000001 'nobody'");
    first.expect("UIN_RESPONSE 'uid=-1'0a'nickname=nobody'0a");
    const client = await gaim(chat, "Gus");
    const names = client.takeNames();
    const own = names.lastIndexOf("STATUS_CHANGE");
    assert.ok(own > 0 && own < names.indexOf("LOGIN_UNKNOWN"));
  }));

Deno.test("Gaim: every message of a stranger brings the name, a pal's does not", () =>
  withChat(async (chat) => {
    const client = await gaim(chat, "Gus");
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    client.take();
    await client.send("ADD_PAL", u32(bob.uid));
    client.take();
    for (const text of ["one", "two"]) {
      await ann.send("IM_OUT", `${u32(client.uid)} '${text}'`);
      await bob.send("IM_OUT", `${u32(client.uid)} '${text}'`);
    }
    assert.deepEqual(client.takeNames(), [
      "NEW_STYLE_IM",
      "IM_IN",
      "NEW_STYLE_IM",
      "IM_IN",
    ]);
  }));

Deno.test("Gaim: offers of files, calls and video are refused for it", () =>
  withChat(async (chat) => {
    const client = await gaim(chat, "Gus");
    const ann = await chat.signOn("Ann");
    client.take();
    for (
      const [request, answer] of [
        ["XFER_REQUEST", "XFER_REFUSED"],
        ["CALL_REQUEST", "CALL_ENDED"],
        ["VIDEO_REQUEST", "VIDEO_REFUSED"],
      ] as const
    ) {
      await ann.send(request, `${u32(client.uid)} 082a`);
      ann.expect(`${answer} ${u32(client.uid)}`);
    }
    client.expect();
  }));

Deno.test("Gaim: a block is confirmed, a promotion is its own record, a whisper has its form", () =>
  withChat(async (chat) => {
    const client = await gaim(chat, "Gus");
    const ann = await chat.signOn("Ann");
    await client.send("BLOCK_BUDDY", u32(ann.uid));
    assert.ok(
      client.take().includes(
        `BLOCK_RESULT ${u32(ann.uid)}0001426c6f636b65642e`,
      ),
    );
    await client.send("UNBLOCK", u32(ann.uid));
    chat.changeRoom(OAK, { owner: ann.uid });
    await joinAll(chat, OAK, ann, client);
    await ann.send("ROOM_MESSAGE_OUT", `${u32(OAK)} '/w Gus: psst'`);
    client.expect(
      `ROOM_MESSAGE_IN ${u32(OAK)} ${u32(ann.uid)} ` +
        "0a'<pb><pi>***** Start Whisper</pi></pb>'0a'psst'0a" +
        "'<pi><pb>***** End Whisper</pi></pb>'",
    );
    await ann.send("MAKE_ADMIN", `${u32(OAK)} ${u32(client.uid)}`);
    const [made, record] = client.take();
    assert.equal(made, `MADE_ADMIN ${u32(OAK)}`);
    assert.match(record!, /^ROOM_USER_JOINED .*61646d696e3d31/);
  }));

Deno.test("packets of later clients are answered, at any time", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    for (
      const [question, answer] of [
        ["PING", "PONG"],
        ["LATER_1500", "ANSWER_1500"],
        ["LATER_2600", "ANSWER_2600"],
        ["LATER_2800", "ANSWER_2800"],
      ] as const
    ) {
      await ann.send(question, "0102");
      ann.expect(answer);
    }
    await ann.send("FILE_XFER_SEND_INIT", "000f4243 'C:a.txt'000000");
    assert.ok(
      ann.take()[0]!.startsWith("FILE_XFER_ERROR 000f42430000000046"),
    );
    for (
      const name of [
        "LATER_101",
        "LATER_317",
        "LATER_2123",
        "LATER_2510",
      ] as const
    ) {
      await ann.send(name, "00");
    }
    ann.expect();
  }));
