import assert from "node:assert/strict";
import {
  joinAll,
  OAK,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);
const MARKED = '\'<pfont color="#0"><pfont-size="8"><pb>caf\' e9 c8 00 ' +
  "'</pb></pfont></pfont>'";

Deno.test("ROOM_MESSAGE_OUT is sent to all others, never back", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    await joinAll(chat, OAK, ann, bob);
    await ann.send("ROOM_MESSAGE_OUT", `${oak} ${MARKED}`);
    bob.expect(`ROOM_MESSAGE_IN ${oak} ${u32(ann.uid)} ${MARKED}`);
    ann.expect();
    chat.now += 60_000;
    await cat.send("ROOM_MESSAGE_OUT", `${oak} 'from outside'`);
    for (const one of [ann, bob, cat]) one.expect();
    assert.ok(chat.logged("not in that room"));
  }));

Deno.test("lines typed during a reconnect follow the rejoin, once each and in order", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann, bob);
    ann.cut();
    const back = await chat.signOn("Ann");
    ann.hangUp();
    bob.take();
    for (const text of ["one", "two", "three"]) {
      await back.send("ROOM_MESSAGE_OUT", `${oak} '${text}'`);
    }
    await back.send("ROOM_MESSAGE_OUT", `0000c353 'elsewhere'`);
    bob.expect();
    await back.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.deepEqual(
      bob.take().filter((line) => line.startsWith("ROOM_MESSAGE_IN")),
      ["6f6e65", "74776f", "7468726565"].map((text) =>
        `ROOM_MESSAGE_IN ${oak}${u32(back.uid)}${text}`
      ),
    );
    await back.send("ROOM_LEAVE", oak);
    await back.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.ok(!bob.takeNames().includes("ROOM_MESSAGE_IN"));
  }));

Deno.test("a held line is forgotten, and no room is flooded with them", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, bob);
    await ann.send("ROOM_MESSAGE_OUT", `${oak} 'old'`);
    chat.now += 11_000;
    for (let i = 0; i < 30; i++) {
      await ann.send("ROOM_MESSAGE_OUT", `${oak} 'new'`);
    }
    await ann.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    const lines = bob.take().filter((one) => one.startsWith("ROOM_MESSAGE_IN"));
    assert.equal(lines.length, 20);
    assert.ok(!lines.some((line) => line.endsWith("6f6c64")));
  }));

Deno.test("a whisper reaches one, within the formatting of its line", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "B: ob", "Cat");
    await joinAll(chat, OAK, ann, bob, cat);
    await ann.send("ROOM_MESSAGE_OUT", `${oak} '/w cat: psst'`);
    cat.expect(
      `ROOM_MESSAGE_IN ${oak} ${u32(ann.uid)} ` +
        "'<pi>***** Start Whisper ***** psst ***** End Whisper *****</pi>'",
    );
    ann.expect(`ROOM_MESSAGE_IN ${oak} 00000000 'Whisper sent.'`);
    const head = '<pfont color="#0"><pb>';
    const tail = "</pb></pfont>";
    await ann.send(
      "ROOM_MESSAGE_OUT",
      `${oak} '${head}/w B: ob: psst <pi>you</pi>!${tail}'`,
    );
    bob.expect(
      `ROOM_MESSAGE_IN ${oak} ${u32(ann.uid)} '${head}***** Start Whisper ` +
        `***** psst <pi>you</pi>! ***** End Whisper *****${tail}'`,
    );
    cat.expect();
    await ann.send("ROOM_MESSAGE_OUT", `${oak} '<<FONTCOLOR=9>>/w cat: hi'`);
    cat.expect(
      `ROOM_MESSAGE_IN ${oak} ${u32(ann.uid)} '<<FONTCOLOR=9>>***** Start ` +
        "Whisper ***** hi ***** End Whisper *****'",
    );
    bob.expect();
  }));

Deno.test("a whisper to nobody, oneself or an invisible member is answered with an error", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann);
    await bob.send("ROOM_JOIN", `${oak} 0001 0000082a`);
    chat.forget();
    for (const name of ["Bob", "Ann", "Zed"]) {
      await ann.send("ROOM_MESSAGE_OUT", `${oak} '/w ${name}: psst'`);
      ann.expect(
        `ROOM_MESSAGE_IN ${oak} 00000000 ` +
          `'Nobody else here is called ${name}.'`,
      );
    }
    bob.expect();
  }));

Deno.test("ROOM_BANNER_MESSAGE is for admins and reaches all, the sender too", () =>
  withChat(async (chat) => {
    chat.store.rooms.setAdmin(OAK, chat.addUser("Adam").uid, true);
    chat.changeRoom(OAK, {});
    const [adam, bob] = await chat.signOnAll("Adam", "Bob");
    await joinAll(chat, OAK, adam, bob);
    await bob.send("ROOM_BANNER_MESSAGE", `${oak} 'mine'`);
    bob.expect("FEEDBACK fea1 0001 'Only admins of the room may do that.'");
    await adam.send("ROOM_BANNER_MESSAGE", `${oak} 'caf' e9 c8 0a 'x'`);
    const topic = `ROOM_BANNER ${oak} 00000000 'caf' e9 c8 0a 'x'`;
    adam.expect(topic);
    bob.expect(topic);
    assert.equal(chat.store.rooms.get(OAK)?.banner, "caf\u00e9\u00c8\nx");
    // Longer topics are cut: the client's buffer has 1024 bytes.
    await adam.send("ROOM_BANNER_MESSAGE", `${oak} '${"y".repeat(1500)}'`);
    bob.expect(`ROOM_BANNER ${oak} 00000000 '${"y".repeat(1023)}'`);
    // An empty topic is replaced with a line of the server's.
    await adam.send("ROOM_BANNER_MESSAGE", oak);
    bob.expect(
      `ROOM_BANNER ${oak} 00000000 'The Evening Lounge on Retropal'`,
    );
  }));
