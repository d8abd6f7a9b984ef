import assert from "node:assert/strict";
import { hex } from "../../protocol/bytes.ts";
import { written as bytesOf } from "../../../tests/support/golden/golden.ts";
import {
  joinAll,
  OAK,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";
import { waiting } from "../../../tests/support/waiting.ts";

const oak = u32(OAK);
const MARKED = '\'<pfont color="#0"><pfont-size="8"><pb>caf\' e9 c8 00 ' +
  "'</pb></pfont></pfont>'";

/** Formats a frame the way {@linkcode TestClient.take} does. */
function written(frame: string): string {
  const [name = "", ...bytes] = frame.split(" ");
  return `${name} ${hex(bytesOf(bytes.join(" ")))}`;
}

/** The first message from a user who is not a pal. */
const stranger = (from: TestClient, text: string) =>
  written(
    `NEW_STYLE_IM 'uid=${from.uid}\nnickname=${from.session.nickname}\n` +
      `first=-\nlast=-\nforce=Y\nmsg=' ${text}`,
  );

/** Returns the messages among the packets received. */
const messagesIn = (client: TestClient) =>
  client.take().filter((line) => /^(IM_IN|NEW_STYLE_IM) /.test(line));

Deno.test("IM_OUT becomes IM_IN, byte for byte", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await bob.send("ADD_PAL", u32(ann.uid));
    chat.forget();
    await ann.send("IM_OUT", `${u32(bob.uid)} ${MARKED}`);
    bob.expect(`IM_IN ${u32(ann.uid)} ${MARKED}`);
    ann.expect();
  }));

Deno.test("IM_OUT of a stranger opens the window with his name, then is plain", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann", { first: "Anna", last: "" });
    const bob = await chat.signOn("Bob");
    await ann.send("IM_OUT", `${u32(bob.uid)} 'one'`);
    await ann.send("IM_OUT", `${u32(bob.uid)} 'two'`);
    bob.expect(
      `NEW_STYLE_IM 'uid=${ann.uid}\nnickname=Ann\nfirst=Anna\nlast=-\n` +
        `force=Y\nmsg=one'`,
      `IM_IN ${u32(ann.uid)} 'two'`,
    );
    // Ann's window is open on Bob's screen already, so she is not introduced
    // again.
    await bob.send("IM_OUT", `${u32(ann.uid)} 'yes?'`);
    ann.expect(`IM_IN ${u32(bob.uid)} 'yes?'`);
  }));

Deno.test("nobody can write to an account that waits for approval", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const { uid } = chat.addUser("Bob");
    chat.store.applications.set(waiting(uid));
    await ann.send("IM_OUT", `${u32(uid)} 'spam'`);
    await ann.send(
      "PALPROFILE_MESSAGE",
      `${u32(ann.uid)} 00000007 ${u32(uid)} 00000009 'spam'`,
    );
    await ann.send("ADD_PAL", u32(uid));
    assert.equal(chat.store.messages.count(uid), 0);
    assert.equal(chat.store.profileMessages.count(uid), 0);
    const pals = chat.store.relations.pals(ann.uid);
    assert.ok(!pals.some((pal) => pal.uid === uid));
    const told = "'There is no such user.'";
    ann.expect(
      `FEEDBACK ffec 0001 ${told}`,
      `FEEDBACK ffe6 0001 ${told}`,
      `FEEDBACK ffbd 0001 ${told}`,
    );
  }));

Deno.test("a long IM_OUT from a stranger is sent without the name, and -68 is answered", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    const long = `'${"x".repeat(1900)}'`;
    await ann.send("IM_OUT", `${u32(bob.uid)} ${long}`);
    bob.expect(`IM_IN ${u32(ann.uid)} ${long}`);
    await bob.send("REQUEST_USER", u32(ann.uid));
    bob.expect(
      `USER_INFO 'uid=${ann.uid}\nnickname=Ann\nfirst=\nlast=\n'`,
      `STATUS_CHANGE ${u32(ann.uid)} 0000001e`,
    );
  }));

Deno.test("IM_OUT too long, to nobody, or to a full mailbox is refused", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const bob = chat.addUser("Bob");
    await ann.send("IM_OUT", `${u32(bob.uid)} '${"x".repeat(2001)}'`);
    ann.expect("FEEDBACK ffec 0001 'Your message is too long.'");
    await ann.send("IM_OUT", "000fffff 'hi'");
    ann.expect("FEEDBACK ffec 0001 'There is no such user.'");
    for (let i = 0; i < 3; i++) {
      await ann.send("IM_OUT", `${u32(bob.uid)} 'message ${i}'`);
    }
    ann.expect(
      "FEEDBACK ffec 0001 'Bob is offline and has too many messages waiting.'",
    );
    const signedOn = await chat.signOn("Bob");
    signedOn.expect();
  }, { "limits.offline_messages_per_user": 2, "limits.message_bytes": 2000 }));

Deno.test("IM_OUT to a line that is cut, but not seen to be, waits for his return", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("IM_OUT", `${u32(bob.uid)} 'seen'`);
    bob.cut();
    await ann.send("IM_OUT", `${u32(bob.uid)} 'one'`);
    await ann.send("IM_OUT", `${u32(bob.uid)} 'two'`);
    bob.hangUp();
    const back = await chat.signOn("Bob", { take: false });
    assert.deepEqual(messagesIn(back), [
      stranger(ann, "'one'"),
      written(`IM_IN ${u32(ann.uid)} 'two'`),
    ]);
  }));

Deno.test("IM_OUT to a broken connection goes to the user's new one", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    bob.cut();
    await ann.send("IM_OUT", `${u32(bob.uid)} 'one'`);
    const back = await chat.signOn("Bob");
    bob.hangUp();
    assert.deepEqual(messagesIn(back), [stranger(ann, "'one'")]);
    back.hangUp();
    const later = await chat.signOn("Bob", { take: false });
    assert.deepEqual(messagesIn(later), []);
  }));

Deno.test("messages that waited come in order, exactly once, a stranger's by name", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const { uid } = chat.addUser("Bob");
    await ann.send("IM_OUT", `${u32(uid)} ${MARKED}`);
    await ann.send("IM_OUT", `${u32(uid)} 'two'`);
    let bob = await chat.signOn("Bob", { take: false });
    // Type 0014 would open the first message in a dark window.
    assert.deepEqual(messagesIn(bob), [
      stranger(ann, MARKED),
      written(`IM_IN ${u32(ann.uid)} 'two'`),
    ]);
    bob.hangUp();
    bob = await chat.signOn("Bob", { take: false });
    assert.deepEqual(messagesIn(bob), []);
  }));

Deno.test("BLOCK_BUDDY silences messages, whispers and waiting messages", () =>
  withChat(async (chat) => {
    const [ann, troll] = await chat.signOnAll("Ann", "Troll");
    await ann.send("ADD_PAL", u32(troll.uid));
    await ann.send("BLOCK_BUDDY", u32(troll.uid));
    await joinAll(chat, OAK, ann, troll);
    await troll.send("IM_OUT", `${u32(ann.uid)} 'hey'`);
    await troll.send("ROOM_MESSAGE_OUT", `${oak} '/w Ann: hey'`);
    troll.expect(`ROOM_MESSAGE_IN ${oak} 00000000 'Whisper sent.'`);
    ann.expect();
    ann.hangUp();
    await troll.send("IM_OUT", `${u32(ann.uid)} 'hey'`);
    assert.equal(chat.store.messages.count(ann.uid), 0);
  }));

Deno.test("SET_PRIVACY P: messages from pals only", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("SET_PRIVACY", "'P'");
    await bob.send("IM_OUT", `${u32(ann.uid)} 'hi'`);
    bob.expect("FEEDBACK ffec 0001 'Ann takes messages from pals only.'");
    ann.expect();
    await ann.send("ADD_PAL", u32(bob.uid));
    chat.forget();
    await bob.send("IM_OUT", `${u32(ann.uid)} 'hi'`);
    ann.expect(`IM_IN ${u32(bob.uid)} 'hi'`);
    ann.hangUp();
    const eve = await chat.signOn("Eve");
    await eve.send("IM_OUT", `${u32(ann.uid)} 'hi'`);
    eve.expect("FEEDBACK ffec 0001 'Ann takes messages from pals only.'");
  }));

Deno.test("the away text is sent once per sender if the host has set that", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("AWAY_MODE", "'At lunch.'");
    ann.take();
    for (const answers of [1, 0]) {
      await bob.send("IM_OUT", `${u32(ann.uid)} 'hi'`);
      bob.expect(
        ...Array(answers).fill(`IM_IN ${u32(ann.uid)} 'At lunch.'`),
      );
    }
    await ann.send("ONLINE_MODE");
    await ann.send("AWAY_MODE", "'Gone home.'");
    await bob.send("IM_OUT", `${u32(ann.uid)} 'hi'`);
    bob.expect(`IM_IN ${u32(ann.uid)} 'Gone home.'`);
  }, { "messages.away_reply": true }));

Deno.test("IM_OUT to the system user is a command line without markup", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send(
      "IM_OUT",
      `000f4241 '<pfont color="#0"><pb>/users</pb></pfont>'`,
    );
    ann.expect("IM_IN 000f4241 'You wrote: /users'");
    const plain = {
      "<<FONTCOLOR=255>>/users": "/users",
      "<b>/users</b> \0": "/users",
      "/broadcast <pb>5</pb> < 6 & 7 > <6>": "/broadcast 5 < 6 & 7 > <6>",
    };
    for (const [wrote, read] of Object.entries(plain)) {
      await ann.send("IM_OUT", `000f4241 '${wrote}'`);
      ann.expect(`IM_IN 000f4241 'You wrote: ${read}'`);
    }
  }));

Deno.test("a long answer of the system user comes in several messages", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    chat.services.runCommand = () =>
      Promise.resolve(["a".repeat(1000), "b".repeat(1000), "c".repeat(3100)]);
    await ann.send("IM_OUT", "000f4241 '/help'");
    const say = (text: string) => `IM_IN 000f4241 '${text}'`;
    ann.expect(
      say("a".repeat(1000)),
      say("b".repeat(1000)),
      say("c".repeat(1500)),
      say("c".repeat(1500)),
      say("c".repeat(100)),
    );
  }));
