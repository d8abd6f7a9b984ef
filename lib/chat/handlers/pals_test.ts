import assert from "node:assert/strict";
import { hex, unhex } from "../../protocol/bytes.ts";
import { decodeText, encodeText } from "../../protocol/windows1252.ts";
import {
  joinAll,
  OAK,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

Deno.test("ADD_PAL answers with the record, then the status", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const bob = await chat.signOn("Bob", {
      first: "Robert",
      last: "Smith",
      email: "bob@example.org",
      showLast: false,
    });
    await ann.send("ADD_PAL", u32(bob.uid));
    ann.expect(
      `BUDDY_LIST 'uid=${bob.uid}\nnickname=Bob\nfirst=Robert' c8`,
      `STATUS_CHANGE ${u32(bob.uid)} 0000001e`,
    );
    assert.ok(chat.store.relations.watchers(bob.uid).includes(ann.uid));
    await ann.send("REMOVE_PAL", u32(bob.uid));
    ann.expect();
    assert.deepEqual(chat.store.relations.watchers(bob.uid), []);
  }));

Deno.test("ADD_PAL refuses an unknown user, oneself, and more than a list can hold", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ADD_PAL", "000fffff");
    ann.expect("FEEDBACK ffbd 0001 'There is no such user.'");
    await ann.send("ADD_PAL", u32(ann.uid));
    ann.expect("FEEDBACK ffbd 0001 'You cannot be your own pal.'");
    await ann.send("ADD_PAL", u32(bob.uid));
    ann.expect("FEEDBACK ffbd 0001 'Your pal list is full.'");
  }, { "limits.pals_per_user": 1 }));

Deno.test("CUSTOMIZE_PAL names a pal in its owner's list alone, until it is reset", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ADD_PAL", u32(bob.uid));
    await bob.send("ADD_PAL", u32(ann.uid));
    await ann.send("REMOVE_PAL", "000f4241");
    await bob.send("REMOVE_PAL", "000f4241");
    chat.forget();
    const list = async (nickname: string) => {
      const client = await chat.signOn(nickname, { take: false });
      const line = client.take().find((one) => one.startsWith("BUDDY_LIST "));
      return decodeText(unhex(line!.split(" ")[1]!));
    };
    await ann.send("CUSTOMIZE_PAL", `${u32(bob.uid)} 'B' c8 'b' 0a 'by='`);
    ann.expect();
    const named = `uid=${bob.uid}\nnickname=Bob\ndisplay=BEb by-\u00c8`;
    assert.equal(await list("Ann"), named);
    assert.equal(await list("Bob"), `uid=${ann.uid}\nnickname=Ann\u00c8`);
    const again = await chat.signOn("Ann");
    await again.send("ADD_PAL", u32(bob.uid));
    assert.ok(again.take()[0]!.includes(hex(encodeText("display=BEb by-"))));
    await again.send("CUSTOMIZE_PAL", "000fffff 'x'");
    assert.ok(chat.logged("a name for somebody who is no pal"));
    await again.send("CUSTOMIZE_PAL", `${u32(bob.uid)} '*default*'`);
    assert.equal(await list("Ann"), `uid=${bob.uid}\nnickname=Bob\u00c8`);
  }));

Deno.test("the system user is a pal from the beginning until removed", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann", { take: false });
    assert.ok(
      ann.take().includes(
        "BUDDY_LIST 7569643d313030303030310a6e69636b6e616d653d50616c74616c6bc8",
      ),
    );
    await ann.send("REMOVE_PAL", "000f4241");
    ann.hangUp();
    const again = await chat.signOn("Ann", { take: false });
    assert.ok(again.take().includes("BUDDY_LIST "));
  }));

Deno.test("a status is sent to watchers and oneself, and offline at the end", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    await bob.send("ADD_PAL", u32(ann.uid));
    chat.forget();
    const steps = [
      ["AWAY_MODE", "'Lunch'", "00000046"],
      ["ONLINE_MODE", "", "0000001e"],
      ["CHANGE_STATUS", "00000032", "00000032"],
      ["CHANGE_STATUS", "0000005a", "00000046"],
    ] as const;
    for (const [packet, bytes, status] of steps) {
      await ann.send(packet, bytes);
      ann.expect(`STATUS_CHANGE ${u32(ann.uid)} ${status}`);
      bob.expect(`STATUS_CHANGE ${u32(ann.uid)} ${status}`);
      cat.expect();
    }
    ann.hangUp();
    bob.expect(`STATUS_CHANGE ${u32(ann.uid)} 00000000`);
  }));

Deno.test("a user who blocks appears offline to the blocked user, and only to them", () =>
  withChat(async (chat) => {
    const [ann, troll, bob] = await chat.signOnAll("Ann", "Troll", "Bob");
    await troll.send("ADD_PAL", u32(ann.uid));
    await bob.send("ADD_PAL", u32(ann.uid));
    chat.forget();
    const status = (n: string) => `STATUS_CHANGE ${u32(ann.uid)} ${n}`;
    await ann.send("BLOCK_BUDDY", u32(troll.uid));
    ann.expect();
    troll.expect(status("00000000"));
    await ann.send("AWAY_MODE");
    troll.expect(status("00000000"));
    bob.expect(status("00000046"));

    const back = await chat.signOn("Troll", { take: false });
    assert.ok(!back.takeNames().slice(0, -2).includes("NEW_STYLE_IM"));
    await back.send("REQUEST_USER", u32(ann.uid));
    back.expect(
      `USER_INFO 'uid=${ann.uid}\nnickname=Ann\nfirst=\nlast=\n'`,
      status("00000000"),
    );
    await ann.send("GET_BLOCKED");
    ann.take();
    await ann.send("UNBLOCK", u32(troll.uid));
    back.expect(status("00000046"));
  }));

Deno.test("BLOCK_BUDDY is silent, GET_BLOCKED lists, a failure shows its box", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("BLOCK_BUDDY", u32(bob.uid));
    ann.expect();
    await ann.send("GET_BLOCKED");
    ann.expect(`BLOCKED_BUDDIES 'uid=${bob.uid}\nnickname=Bob' c8`);
    await ann.send("BLOCK_BUDDY", "000fffff");
    ann.expect("BLOCK_RESULT 000fffff 0000 'There is no such user.'");
    await ann.send("BLOCK_BUDDY", "000f4241");
    ann.expect("BLOCK_RESULT 000f4241 0000 'You cannot block this user.'");
    await ann.send("UNBLOCK", u32(bob.uid));
    await ann.send("GET_BLOCKED");
    ann.expect("BLOCKED_BUDDIES");
  }));

Deno.test("REQUEST_USER for each of several messages of one is answered once", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const { uid } = chat.addUser("Bob");
    // These messages are too long to carry the sender's name.
    for (const letter of ["a", "b"]) {
      await ann.send("IM_OUT", `${u32(uid)} '${letter.repeat(1600)}'`);
    }
    const bob = await chat.signOn("Bob");
    for (let i = 0; i < 2; i++) await bob.send("REQUEST_USER", u32(ann.uid));
    bob.expect(
      `USER_INFO 'uid=${ann.uid}\nnickname=Ann\nfirst=\nlast=\n'`,
      `STATUS_CHANGE ${u32(ann.uid)} 0000001e`,
    );
    // After closing the window, Bob's client asks again.
    await ann.send("IM_OUT", `${u32(bob.uid)} 'three'`);
    await bob.send("REQUEST_USER", u32(ann.uid));
    assert.deepEqual(bob.takeNames(), [
      "IM_IN",
      "USER_INFO",
      "STATUS_CHANGE",
    ]);
  }));

Deno.test("REQUEST_USER is answered for every number a client can show", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("REQUEST_USER", "000fffff");
    ann.expect(
      "USER_INFO 'uid=1048575\nnickname=User 1048575\nfirst=\nlast=\n'",
    );
    await ann.send("REQUEST_USER", "00000001");
    ann.expect();
  }));

Deno.test("a blocked user's voice is cut off immediately", () =>
  withChat(async (chat) => {
    const [ann, troll] = await chat.signOnAll("Ann", "Troll");
    await joinAll(chat, OAK, ann, troll);
    await ann.send("BLOCK_BUDDY", u32(troll.uid));
    assert.deepEqual(chat.voice, [{ what: "policy", gid: OAK }]);
  }));
