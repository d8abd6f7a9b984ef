import assert from "node:assert/strict";
import { hex } from "../../protocol/bytes.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import {
  OAK,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);
const JOIN = `${oak} 0000 0000082a`;

/** Returns the lines of a member's record. */
function record(
  client: TestClient,
  more: { gid?: number; admin?: 0 | 1; mic?: 0 | 1; tail?: string } = {},
): string {
  const { gid = OAK, admin = 0, mic = 1, tail = "" } = more;
  return `'group_id=${gid}\nuid=${client.uid}\n` +
    `nickname=${client.session.nickname}\nadmin=${admin}\n` +
    `color=000000000\nmic=${mic}\npub=N\naway=0${tail}' c8`;
}

const RATED_G = "'This room is rated G: suitable for everyone.'";

Deno.test("ROOM_JOIN shows the room to the newcomer and the newcomer to the others", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ROOM_JOIN", JOIN);
    chat.forget();
    await bob.send("ROOM_JOIN", JOIN);
    bob.expect(
      `ROOM_JOINED ${oak} 0003 0000 0000 0000 7542 0000 0004 0006 0003 ` +
        `'GThe Evening Lounge'`,
      `ROOM_MESSAGE_IN ${oak} 00000000 ${RATED_G}`,
      `ROOM_MESSAGE_IN ${oak} fffffffe 'Take a chair. One speaks, the others ` +
        `listen, then it is your turn.'`,
      `ROOM_BANNER ${oak} 00000000 'Good company, good talk'`,
      `ROOM_USER_LIST ${record(ann)} ${record(bob)}`,
      `ROOM_MEDIA_SERVER ${oak} c6336407 0000082a 0000082a`,
    );
    ann.expect(`ROOM_USER_JOINED ${record(bob)}`);
    assert.deepEqual(chat.voice, [{ what: "joined", gid: OAK, uid: bob.uid }]);
  }));

Deno.test("ROOM_JOIN of an unknown room is refused with a sentence", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("ROOM_JOIN", "0000ffff 0000 0000082a");
    ann.expect("FEEDBACK feca 0001 'This room does not exist any more.'");
  }));

Deno.test("ROOM_JOIN by an invisible user changes no list or count", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ROOM_JOIN", JOIN);
    chat.forget();
    await bob.send("ROOM_JOIN", `${oak} 0001 0000082a`);
    assert.match(bob.take()[0]!, /^ROOM_JOINED 0000c351000300000000000175420/);
    ann.expect();
    assert.equal(chat.world.rooms.get(OAK)!.visibleCount, 1);

    await bob.send("ROOM_MESSAGE_OUT", `${oak} 'boo'`);
    bob.expect(
      `ROOM_MESSAGE_IN ${oak} 00000000 ` +
        "'You are invisible here and cannot write.'",
    );
    await bob.send("REQ_MIC", oak);
    await bob.send("ROOM_LEAVE", oak);
    ann.expect();
  }));

Deno.test("ROOM_JOIN of a locked room requires its lockword, except from its owner", () =>
  withChat(async (chat) => {
    const owner = chat.addUser("Olga");
    const room = chat.addRoom({ owner: owner.uid, lockword: "tiger" });
    const gid = u32(room.gid);
    const [bob, olga] = await chat.signOnAll("Bob", "Olga");

    await bob.send("ROOM_JOIN", `${gid} 0000 0000082a`);
    bob.expect(
      "FEEDBACK feca 0001 'Vault is locked: a lockword is needed.'",
    );
    await bob.send("ROOM_JOIN", `${gid} 0000 0000082a 'lion'`);
    bob.expect("FEEDBACK feca 0001 'Wrong lockword, sorry.'");
    await bob.send("ROOM_JOIN", `${gid} 0000 0000082a 'tiger' 00`);
    assert.match(bob.take()[0]!, /^ROOM_JOINED [0-9a-f]{16}0001/);
    await bob.send("ROOM_LEAVE", gid);
    await bob.send("ROOM_JOIN_BY_NAME", "'name=vault\nlock=tiger' 00");
    assert.equal(bob.takeNames()[0], "ROOM_JOINED");
    await olga.send("ROOM_JOIN", `${gid} 0000 0000082a`);
    assert.match(olga.take()[0]!, /^ROOM_JOINED [0-9a-f]{12}0001/);
  }));

Deno.test("ROOM_JOIN_BY_NAME finds the room whatever the case", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send(
      "ROOM_JOIN_BY_NAME",
      "'aff=0\nname=the evening LOUNGE\ninvis=0\nport=2090\nlock=\n'",
    );
    assert.equal(ann.takeNames()[0], "ROOM_JOINED");
    await ann.send("ROOM_JOIN_BY_NAME", "'aff=0\nname=Nowhere\n'");
    ann.expect("FEEDBACK fec9 0001 'This room does not exist any more.'");
  }));

Deno.test("ROOM_JOIN_AS_ADMIN requires the owner's code", () =>
  withChat(async (chat) => {
    const owner = chat.addUser("Olga");
    chat.changeRoom(OAK, { owner: owner.uid, adminCode: "4321" });
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    const olga = u32(owner.uid);

    await ann.send("ROOM_JOIN_AS_ADMIN", `${olga} 000010e2 0000082a`);
    ann.expect("FEEDBACK fec4 0001 'This is not the admin code of a room.'");
    await ann.send("ROOM_JOIN_AS_ADMIN", `${olga} 000010e1 0000082a`);
    assert.match(ann.take()[0]!, /^ROOM_JOINED 0000c35100030001/);

    // A member who is already in the room becomes an admin, and the answer says
    // so.
    await bob.send("ROOM_JOIN", JOIN);
    chat.forget();
    await bob.send("ROOM_JOIN_AS_ADMIN", `${olga} 000010e1 0000082a`);
    ann.expect(`MEMBER_ADMIN ${oak} ${u32(bob.uid)} 0001`);
    const told = bob.take();
    assert.deepEqual(told.slice(0, 2), [
      `MADE_ADMIN ${oak}`,
      `MEMBER_ADMIN ${oak}${u32(bob.uid)}0001`,
    ]);
    assert.match(told[2]!, /^ROOM_JOINED 0000c35100030001/);

    chat.world.rooms.get(OAK)!.bounced.set(ann.uid, {
      nickname: "Ann",
      rank: 0,
    });
    await ann.send("ROOM_LEAVE", oak);
    chat.forget();
    await ann.send("ROOM_JOIN_AS_ADMIN", `${olga} 000010e1 0000082a`);
    ann.expect(
      "FEEDBACK fec4 0001 'You were bounced from The Evening Lounge.'",
    );
  }));

Deno.test("ROOM_LEAVE is sent to the others once, and has no effect a second time", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ROOM_JOIN", JOIN);
    await bob.send("ROOM_JOIN", JOIN);
    chat.forget();
    await bob.send("ROOM_LEAVE", oak);
    await bob.send("ROOM_LEAVE", oak);
    ann.expect(`ROOM_USER_LEFT ${oak} ${u32(bob.uid)}`);
    bob.expect();
    assert.deepEqual(chat.voice, [{ what: "left", gid: OAK, uid: bob.uid }]);
  }));

Deno.test("ROOM_JOIN of a second voice room ends the first", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ROOM_JOIN", JOIN);
    await bob.send("ROOM_JOIN", JOIN);
    chat.forget();
    await bob.send("ROOM_JOIN", "0000c353 0000 0000082a");
    ann.expect(`ROOM_USER_LEFT ${oak} ${u32(bob.uid)}`);
    assert.equal(bob.takeNames()[0], "ROOM_CLOSED");
    assert.deepEqual(chat.voice, [
      { what: "left", gid: OAK, uid: bob.uid },
      { what: "joined", gid: 50003, uid: bob.uid },
    ]);
  }));

Deno.test("ROOM_CREATE answers like a join, with the admin word set", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("ROOM_CREATE", "0003 0000 7542 0000082a 'Rdan' 0a 'tiger7'");
    const room = chat.world.roomByName("dan")!;
    const gid = u32(room.gid);
    ann.expect(
      `ROOM_JOINED ${gid} 0003 0001 0001 0000 7542 0000 0004 0006 0003 'Rdan'`,
      `ROOM_MESSAGE_IN ${gid} 00000000 ` +
        `'This room is rated R: restricted, not for everyone' 27 's ears.'`,
      `ROOM_MESSAGE_IN ${gid} fffffffe 'Hello Ann, welcome to dan.'`,
      `ROOM_BANNER ${gid} 00000000 'dan on Retropal'`,
      `ROOM_USER_LIST ${record(ann, { gid: room.gid, admin: 1 })}`,
      `ROOM_MEDIA_SERVER ${gid} c6336407 0000082a 0000082a`,
    );
    assert.equal(room.owner, ann.uid);
  }));

Deno.test("ROOM_CREATE of text rooms announces no voice", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("ROOM_CREATE", "0000 0000 7542 0000082a 'Gquiet'");
    assert.ok(!ann.takeNames().includes("ROOM_MEDIA_SERVER"));
    assert.deepEqual(chat.voice, []);
  }));

Deno.test("ROOM_CREATE refuses invalid rooms with a sentence", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const cases = [
      ["0007 0000 7542 0000082a 'Gx'", "This kind of room does not exist."],
      ["0003 0000 0001 0000082a 'Gx'", "There is no such category."],
      ["0003 0000 7542 0000082a 'Xx'", "A room is rated G, A or R."],
      ["0003 0000 7542 0000082a 'G  '", "A room needs a name."],
      [
        "0003 0000 7542 0000082a 'GHELP DESK'",
        "A room of this name exists already.",
      ],
    ];
    for (const [bytes, sentence] of cases) {
      await ann.send("ROOM_CREATE", bytes);
      ann.expect(`FEEDBACK fed4 0001 '${sentence}'`);
    }
  }));

Deno.test("ROOM_CREATE of type 1 and 5 stays off the lists and admits invited users, also repeatedly", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    for (const type of [1, 5]) {
      await ann.send("ROOM_CREATE", `000${type} 0000 7542 0000082a 'Gden'`);
      const room = chat.world.roomByName("den")!;
      const gid = u32(room.gid);
      chat.forget();
      await bob.send("REFRESH_CATEGORIES", "00000001 00000001 00007542");
      assert.ok(!bob.take()[0]!.includes("64656e"));

      await bob.send("ROOM_JOIN", `${gid} 0000 0000082a`);
      bob.expect("FEEDBACK feca 0001 'This room is by invitation only.'");
      await ann.send("INVITE_OUT", `${gid} ${u32(bob.uid)}`);
      bob.expect(
        `INVITE_IN 'group_id=${room.gid}\ngroup_name=den\nuid=${ann.uid}\n` +
          `nickname=Ann\nfirst=-\nlast=-\ntype=${type}\n'`,
      );
      for (const _ of ["the first time", "after a lost line"]) {
        await bob.send("ROOM_JOIN", `${gid} 0000 0000082a`);
        assert.equal(bob.takeNames()[0], "ROOM_JOINED");
        await bob.send("ROOM_LEAVE", gid);
      }
      await cat.send("ROOM_JOIN", `${gid} 0000 0000082a`);
      cat.expect("FEEDBACK feca 0001 'This room is by invitation only.'");
      await ann.send("ROOM_LEAVE", gid);
      assert.equal(chat.world.rooms.get(room.gid), undefined);
      chat.forget();
    }
  }));

Deno.test("ROOM_CLOSE by the owner closes every window and ends the room", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ROOM_CREATE", "0003 0000 7542 0000082a 'Gden'");
    const { gid: number } = chat.world.roomByName("den")!;
    const gid = u32(number);
    await bob.send("ROOM_JOIN", `${gid} 0000 0000082a`);
    chat.forget();

    await bob.send("ROOM_CLOSE", gid);
    bob.expect("FEEDBACK fc54 0001 'Only the owner of the room may do that.'");
    await ann.send("ROOM_CLOSE", gid);
    const closed = `ROOM_CLOSED ${gid} ${u32(ann.uid)} ` +
      "'Ann has closed the room.'";
    ann.expect(closed);
    bob.expect(closed);
    assert.equal(chat.world.rooms.get(number), undefined);
    assert.ok(chat.voice.some(({ what }) => what === "closed"));
    // The real client leaves the room by itself.
    await bob.send("ROOM_LEAVE", gid);
    bob.expect();
  }));

Deno.test("REFRESH_CATEGORIES always gets one of the four answers", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("REFRESH_CATEGORIES", "00000001 00000001 00007542");
    ann.expect(
      "ROOM_LIST 'catg=30018\n' c8 'id=50001\nnm=The Evening Lounge\n#=0\n" +
        "v=1\nl=0\nr=G\np=0\nc=000000000' c8",
    );
    await ann.send("REFRESH_CATEGORIES", "34e01200 00000001 00007541");
    ann.expect("ROOM_LIST 'catg=30017\n' c8");
    await ann.send("REFRESH_CATEGORIES", "00000001 00000000 00000000");
    assert.match(ann.take()[0]!, /^CATEGORY_COUNT 69643d33303030310a233d30c8/);
    await ann.send("REFRESH_CATEGORIES", "00000001 00000003 00000000");
    ann.expect("AFFILIATE_LIST");
    await ann.send("REFRESH_CATEGORIES", "00000001 00000004 00000009");
    ann.expect("AFFILIATE_ROOMS 'aff=9' c8");
    await ann.send("REFRESH_CATEGORIES");
    assert.deepEqual(ann.takeNames(), ["CATEGORY_COUNT"]);
  }));

Deno.test("welcome texts name the reader and the room, whatever they are called", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("$& {room}");
    const room = chat.world.rooms.get(OAK)!;
    room.welcome = "{nick} in {room}; {nick}!";
    await ann.send("ROOM_JOIN", JOIN);
    const text = encodeText("$& {room} in The Evening Lounge; $& {room}!");
    assert.ok(ann.take().some((line) => line.endsWith(hex(text))));
  }));

Deno.test("refusals do not tell the names of private rooms", () =>
  withChat(async (chat) => {
    const eve = await chat.signOn("Eve");
    const room = chat.addRoom({ name: "Secret Society", type: 1 });
    const refusals = [
      () => {},
      () => room.banned.set(eve.uid, { nickname: "Eve", rank: 0 }),
      () => {
        room.banned.clear();
        room.bounced.set(eve.uid, { nickname: "Eve", rank: 0 });
      },
    ];
    for (const change of refusals) {
      change();
      await eve.send("ROOM_JOIN", `${u32(room.gid)} 0000 0000082a`);
      const [frame = ""] = eve.take();
      assert.match(frame, /^FEEDBACK feca0001/);
      assert.ok(!frame.includes(hex(encodeText("Secret"))), frame);
    }
    await eve.send("ROOM_CREATE", "0003 0000 7542 0000082a 'GSecret S0ciety'");
    const [frame = ""] = eve.take();
    assert.match(frame, /^FEEDBACK .{4}0001/);
    assert.ok(!frame.includes(hex(encodeText("Secret"))), frame);
  }));
