import assert from "node:assert/strict";
import { Room } from "../../domain/room.ts";
import { showCamera } from "../cameras.ts";
import {
  joinAll,
  OAK,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);
const LOUNGE = "The Evening Lounge";

/** Opens {@linkcode OAK} with an owner, an admin and two members. */
async function party(chat: TestChat) {
  const { uid } = chat.addUser("Olga");
  chat.store.rooms.setAdmin(OAK, chat.addUser("Adam").uid, true);
  chat.changeRoom(OAK, { owner: uid });
  const [olga, adam, bob, troll] = await chat.signOnAll(
    "Olga",
    "Adam",
    "Bob",
    "Troll",
  );
  await joinAll(chat, OAK, olga, adam, bob, troll);
  return { olga, adam, bob, troll, room: chat.world.rooms.get(OAK)! };
}

function consoleOf(
  more: { switches?: string; bounce?: string; ban?: string } = {},
): string {
  const { switches = "mike=1\ntext=0\nvideo=0", bounce = "\n", ban = "\n" } =
    more;
  return `ROOM_ADMIN_INFO 'group=${OAK}\n${switches}\nbounce=${bounce}' c8 ` +
    `'ban=${ban}'`;
}

const entry = ({ uid, session }: TestClient) => `${uid},${session.nickname}\n`;

Deno.test("ROOM_BOUNCE keeps the reason that came before for staff, and keeps out", () =>
  withChat(async (chat) => {
    const { adam, bob, troll } = await party(chat);
    const both = `${oak} ${u32(troll.uid)}`;
    await adam.send("BOUNCE_REASON", `${both} 'BR: rude words'`);
    adam.expect();
    await adam.send("ROOM_BOUNCE", both);
    troll.expect(
      `ROOM_CLOSED ${oak} ${u32(adam.uid)} 'You have been bounced from ` +
        `${LOUNGE} by Adam.'`,
    );
    // Only staff may read the reason.
    const [entry] = chat.store.audit.list({ action: "room bounce" });
    assert.equal(entry?.after, "rude words");
    adam.expect(`ROOM_USER_LEFT ${both}`);
    bob.expect(`ROOM_USER_LEFT ${both}`);
    assert.deepEqual(chat.voice, [{ what: "left", gid: OAK, uid: troll.uid }]);
    assert.deepEqual(chat.store.rooms.offices(OAK).bounced, [troll.uid]);

    // The real client leaves the room by itself.
    await troll.send("ROOM_LEAVE", oak);
    await troll.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    troll.expect(`FEEDBACK feca 0001 'You were bounced from ${LOUNGE}.'`);

    await adam.send("UNBOUNCE", both);
    adam.expect(consoleOf());
    await troll.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.equal(troll.takeNames()[0], "ROOM_JOINED");
  }));

Deno.test("ROOM_BOUNCE forgets a reason that was meant for another or is old", () =>
  withChat(async (chat) => {
    const { adam, bob, troll } = await party(chat);
    await adam.send("BOUNCE_REASON", `${oak} ${u32(bob.uid)} 'BR: loud'`);
    await adam.send("ROOM_BOUNCE", `${oak} ${u32(troll.uid)}`);
    const sentence = `'You have been bounced from ${LOUNGE} by Adam.'`;
    troll.expect(`ROOM_CLOSED ${oak} ${u32(adam.uid)} ${sentence}`);

    await adam.send("BOUNCE_REASON", `${oak} ${u32(bob.uid)} 'BR: loud'`);
    chat.now += 11_000;
    bob.take();
    await adam.send("ROOM_BOUNCE", `${oak} ${u32(bob.uid)}`);
    bob.expect(`ROOM_CLOSED ${oak} ${u32(adam.uid)} ${sentence}`);
  }));

Deno.test("ROOM_BOUNCE and BAN do not reach upward", () =>
  withChat(async (chat) => {
    const { olga, adam, bob } = await party(chat);
    const guard = await chat.signOn("Guard", { role: "moderator" });
    await joinAll(chat, OAK, guard);
    const tries = [
      [bob, adam, "Only admins of the room may do that."],
      [adam, olga, "Olga cannot be bounced by you."],
      [adam, guard, "Guard cannot be bounced by you."],
      [olga, guard, "Guard cannot be bounced by you."],
      [adam, adam, "Adam cannot be bounced by you."],
    ] as const;
    for (const [who, whom, sentence] of tries) {
      await who.send("ROOM_BOUNCE", `${oak} ${u32(whom.uid)}`);
      who.expect(`FEEDBACK fe84 0001 '${sentence}'`);
      await who.send("BAN", `${oak} ${u32(whom.uid)}`);
      who.expect(
        `FEEDBACK fc68 0001 '${sentence.replace("bounced", "banned")}'`,
      );
      whom.expect();
    }
    await adam.send("BAN", `${oak} 000f4241`);
    adam.expect("FEEDBACK fc68 0001 'Paltalk cannot be banned by you.'");
    await olga.send("ROOM_BOUNCE", `${oak} ${u32(adam.uid)}`);
    assert.deepEqual(adam.takeNames(), ["ROOM_CLOSED"]);
    await guard.send("ROOM_BOUNCE", `${oak} ${u32(olga.uid)}`);
    assert.ok(olga.takeNames().includes("ROOM_CLOSED"));
    // A bounce also keeps an admin out, and one by staff even the owner.
    for (const one of [adam, olga]) {
      await one.send("ROOM_JOIN", `${oak} 0000 0000082a`);
      one.expect(`FEEDBACK feca 0001 'You were bounced from ${LOUNGE}.'`);
    }
  }));

Deno.test("an owner put out by staff stays out, whatever the room's admins do", () =>
  withChat(async (chat) => {
    const { olga, adam, room } = await party(chat);
    room.adminCode = "4321";
    const guard = await chat.signOn("Guard", { role: "moderator" });
    const chief = await chat.signOn("Chief", { role: "admin" });
    await joinAll(chat, OAK, guard, chief);
    for (
      const [put, lift, refusal] of [
        ["ROOM_BOUNCE", "UNBOUNCE", "You were bounced from"],
        ["BAN", "UNBAN", "You are banned from"],
      ] as const
    ) {
      await guard.send(put, `${oak} ${u32(olga.uid)}`);
      chat.forget();
      // An admin cannot lift it, neither singly nor by clearing the list, nor
      // can lower staff: the ban of the higher rank counts.
      await chief.send(put, `${oak} ${u32(olga.uid)}`);
      for (const one of [adam, guard]) {
        one.take();
        await one.send(lift, `${oak} ${u32(olga.uid)}`);
        assert.deepEqual(one.takeNames(), ["FEEDBACK"]);
        await one.send(lift, `${oak} ffffffff`);
      }
      const fresh = Room.load(chat.store, chat.store.rooms.get(OAK)!);
      const kept = put === "BAN" ? fresh.banned : fresh.bounced;
      assert.equal(kept.get(olga.uid)?.rank, 2);
      olga.take();
      await olga.send("ROOM_JOIN", `${oak} 0000 0000082a`);
      olga.expect(`FEEDBACK feca 0001 '${refusal} ${LOUNGE}.'`);
      await olga.send(
        "ROOM_JOIN_AS_ADMIN",
        `${u32(olga.uid)} 000010e1 0000082a`,
      );
      olga.expect(`FEEDBACK fec4 0001 '${refusal} ${LOUNGE}.'`);
      await chief.send(lift, `${oak} ffffffff`);
      await olga.send("ROOM_JOIN", `${oak} 0000 0000082a`);
      assert.equal(olga.takeNames()[0], "ROOM_JOINED");
    }
  }));

Deno.test("an owner bounced from a room before enters again", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("Olga");
    chat.store.rooms.setBounce(OAK, uid, true);
    chat.changeRoom(OAK, { owner: uid });
    const olga = await chat.signOn("Olga");
    await olga.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.equal(olga.takeNames()[0], "ROOM_JOINED");
  }));

Deno.test("staff who are away cannot be banned by a room's admins", () =>
  withChat(async (chat) => {
    const { olga } = await party(chat);
    chat.addUser("Guard", { role: "admin" });
    await olga.send("BAN_BY_NICKNAME", `${oak} 'guard'`);
    olga.expect("FEEDBACK fc66 0001 'Guard cannot be banned by you.'");
  }));

Deno.test("BAN_BY_NICKNAME puts out, keeps out, and shows in the console", () =>
  withChat(async (chat) => {
    const { adam, troll } = await party(chat);
    await adam.send("BAN_BY_NICKNAME", `${oak} 'TROLL'`);
    troll.expect(
      `ROOM_CLOSED ${oak} ${u32(adam.uid)} ` +
        `'You have been banned from ${LOUNGE} by Adam.'`,
    );
    adam.expect(
      `ROOM_USER_LEFT ${oak} ${u32(troll.uid)}`,
      consoleOf({ ban: entry(troll) }),
    );
    assert.deepEqual(chat.store.rooms.offices(OAK).banned, [troll.uid]);
    await troll.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    troll.expect(`FEEDBACK feca 0001 'You are banned from ${LOUNGE}.'`);

    await adam.send("BAN_BY_NICKNAME", `${oak} 'Ghost'`);
    adam.expect("FEEDBACK fc66 0001 'There is no user called Ghost.'");
    await adam.send("UNBAN", `${oak} ${u32(troll.uid)}`);
    adam.expect(consoleOf());
    assert.deepEqual(chat.store.rooms.offices(OAK).banned, []);
    await troll.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.equal(troll.takeNames()[0], "ROOM_JOINED");
  }));

Deno.test("UNBOUNCE and UNBAN of FFFFFFFF clear the lists", () =>
  withChat(async (chat) => {
    const { olga, adam, bob, troll } = await party(chat);
    await olga.send("BAN", `${oak} ${u32(troll.uid)}`);
    await olga.send("ROOM_BOUNCE", `${oak} ${u32(bob.uid)}`);
    await olga.send("ROOM_BOUNCE", `${oak} ${u32(adam.uid)}`);
    olga.take();
    await olga.send("UNBOUNCE", `${oak} ffffffff`);
    olga.expect(consoleOf({ ban: entry(troll) }));
    await olga.send("UNBAN", `${oak} ffffffff`);
    olga.expect(consoleOf());
    const { banned, bounced } = chat.store.rooms.offices(OAK);
    assert.deepEqual([banned, bounced], [[], []]);
  }));

Deno.test("GET_ADMIN_INFO opens a console that is kept current", () =>
  withChat(async (chat) => {
    const { olga, adam, bob, troll } = await party(chat);
    await bob.send("GET_ADMIN_INFO", oak);
    bob.expect("FEEDBACK fc7c 0001 'Only admins of the room may do that.'");
    await adam.send("GET_ADMIN_INFO", oak);
    adam.expect(consoleOf());
    await adam.send("ROOM_ADMIN_INFO_OLD", oak);
    adam.expect(consoleOf());

    await olga.send("ROOM_BOUNCE", `${oak} ${u32(troll.uid)}`);
    const left = `ROOM_USER_LEFT ${oak} ${u32(troll.uid)}`;
    // An admin whose console is closed receives no updates of the list.
    olga.expect(left);
    adam.expect(left, consoleOf({ bounce: entry(troll) }));
  }));

Deno.test("the console's switches are kept, shown and obeyed", () =>
  withChat(async (chat) => {
    const { adam, bob, troll, room } = await party(chat);
    await bob.send("NEW_USERS_MIC", `${oak} 0000`);
    bob.expect("FEEDBACK fc5c 0001 'Only admins of the room may do that.'");

    await adam.send("NEW_USERS_MIC", `${oak} 0000`);
    adam.expect(consoleOf({ switches: "mike=0\ntext=0\nvideo=0" }));
    await adam.send("RED_DOT_AFFECTS_TEXT", `${oak} 0001`);
    adam.expect(consoleOf({ switches: "mike=0\ntext=1\nvideo=0" }));
    await troll.send("ROOM_START_PUBLISH_VIDEO", oak);
    chat.act((ctx) => showCamera(ctx, chat.world.cameras.of(troll.uid)!));
    await adam.send("RED_DOT", `${oak} ${u32(troll.uid)}`);
    chat.forget();
    await adam.send("RED_DOT_AFFECTS_VIDEO", `${oak} 0001`);
    const noVideo = `ROOM_VIDEO ${oak} ${u32(troll.uid)} 0000`;
    adam.expect(
      noVideo,
      consoleOf({ switches: "mike=0\ntext=1\nvideo=1" }),
    );
    bob.expect(noVideo);
    const stored = chat.store.rooms.get(OAK)!;
    assert.deepEqual(
      [stored.newUsersMic, stored.redDotText, stored.redDotVideo],
      [false, true, true],
    );

    troll.take();
    await troll.send("ROOM_MESSAGE_OUT", `${oak} 'hi'`);
    troll.expect(
      `ROOM_MESSAGE_IN ${oak} 00000000 ` +
        "'You have a red dot and cannot write here.'",
    );
    await troll.send("ROOM_START_PUBLISH_VIDEO", oak);
    troll.expect(
      "FEEDBACK e886 0001 'You have a red dot and cannot show video here.'",
    );
    bob.expect();
    const eve = await chat.signOn("Eve");
    await joinAll(chat, OAK, eve);
    assert.equal(room.maySpeak(eve.uid), false);
  }));

Deno.test("MAKE_ADMIN is the owner's: the box, and the sign for all", () =>
  withChat(async (chat) => {
    const { olga, adam, bob, troll } = await party(chat);
    await adam.send("MAKE_ADMIN", `${oak} ${u32(bob.uid)}`);
    adam.expect("FEEDBACK fe8e 0001 'Only the owner of the room may do that.'");
    await olga.send("MAKE_ADMIN", `${oak} ${u32(bob.uid)}`);
    const sign = `MEMBER_ADMIN ${oak} ${u32(bob.uid)} 0001`;
    bob.expect(`MADE_ADMIN ${oak}`, sign);
    troll.expect(sign);
    assert.ok(chat.store.rooms.offices(OAK).admins.includes(bob.uid));
    await bob.send("RED_DOT", `${oak} ${u32(troll.uid)}`);
    troll.expect(`RED_DOT_ON ${oak} ${u32(troll.uid)}`);
  }));

Deno.test("ALERT_ADMIN reaches staff, the room's admins and the log", () =>
  withChat(async (chat) => {
    const { olga, adam, bob, troll } = await party(chat);
    const guard = await chat.signOn("Guard", { role: "moderator" });
    chat.forget();
    await bob.send("ALERT_ADMIN", `${oak} ${u32(troll.uid)} 'he shouts'`);
    const call = "IM_IN 000f4241 " +
      `'Bob calls for an admin in ${LOUNGE} about Troll: he shouts'`;
    for (const one of [olga, adam, guard]) one.expect(call);
    for (const one of [bob, troll]) one.expect();
    assert.ok(chat.logged("admins alerted"));
    chat.store.flush();
    assert.equal(chat.store.audit.list()[0]?.action, "complaint add");
    const [complaint] = chat.store.complaints.list();
    assert.deepEqual(
      [
        complaint?.reporter,
        complaint?.about,
        complaint?.gid,
        complaint?.text,
        complaint?.lines,
      ],
      [bob.uid, troll.uid, OAK, "he shouts", []],
    );
  }));

Deno.test("moderation without being in the room is ignored with a log line", () =>
  withChat(async (chat) => {
    const { olga, troll } = await party(chat);
    await olga.send("ROOM_LEAVE", oak);
    chat.forget();
    for (
      const packet of ["ROOM_BOUNCE", "BAN", "RED_DOT", "MAKE_ADMIN"] as const
    ) {
      await olga.send(packet, `${oak} ${u32(troll.uid)}`);
      olga.expect();
      assert.ok(chat.logged("not in that room"));
      chat.forget();
    }
    troll.expect();
  }));

Deno.test("ALERT_ADMIN heeds blocks, privacy, the room and a rate", () =>
  withChat(async (chat) => {
    const { olga, adam, bob, room } = await party(chat);
    const guard = await chat.signOn("Guard", { role: "moderator" });
    await olga.send("BLOCK_BUDDY", u32(bob.uid));
    await adam.send("SET_PRIVACY", "'P'");
    chat.forget();
    const alert = (gid = OAK) =>
      bob.send("ALERT_ADMIN", `${u32(gid)} 00000000 'x'`);
    await alert();
    olga.expect();
    assert.equal(adam.account.privacy, "P");
    adam.expect();
    assert.deepEqual(guard.takeNames(), ["IM_IN"]);
    for (let i = 0; i < 30; i++) await alert();
    assert.equal(guard.takeNames().length, 2);
    assert.equal(bob.takeNames().length, 28);
    chat.now += 60_000;
    await bob.send("ROOM_LEAVE", oak);
    chat.forget();
    await alert();
    await alert(4711);
    guard.expect();
    assert.equal(room.members.has(bob.uid), false);
  }));

Deno.test("MAKE_ADMIN does not reveal an invisible member", () =>
  withChat(async (chat) => {
    const { olga } = await party(chat);
    const ghost = await chat.signOn("Ghost", { paid: "6" });
    await ghost.send("ROOM_JOIN", `${oak} 0001 0000082a`);
    chat.forget();
    for (const uid of [ghost.uid, 999_999]) {
      await olga.send("MAKE_ADMIN", `${oak} ${u32(uid)}`);
      olga.expect("FEEDBACK fe8e 0001 'This user is not in the room.'");
    }
    assert.deepEqual(chat.store.rooms.offices(OAK).admins.length, 1);
  }));

Deno.test("a complaint includes the room's last lines if the host has set that", () =>
  withChat(async (chat) => {
    const { olga, bob, troll } = await party(chat);
    const say = (text: string) =>
      troll.send("ROOM_MESSAGE_OUT", `${oak} '${text}'`);
    for (const text of ["one", "<pfont color=1>two</pfont>", "/w Bob: psst"]) {
      await say(text);
    }
    await bob.send("ALERT_ADMIN", `${oak} ${u32(troll.uid)} 'look'`);
    const [complaint] = chat.store.complaints.list();
    assert.deepEqual(
      complaint?.lines.map(({ nickname, text }) => `${nickname}: ${text}`),
      ["Troll: one", "Troll: two"],
    );
    await olga.send("ALERT_ADMIN", `${oak} ${u32(olga.uid)} 'me'`);
  }, { "moderation.room_lines": 2 }));

Deno.test("nobody is notified of a complaint about themselves, not even admins", () =>
  withChat(async (chat) => {
    const { olga, adam, bob } = await party(chat);
    const guard = await chat.signOn("Guard", { role: "moderator" });
    const boss = await chat.signOn("Boss", { role: "superadmin" });
    chat.forget();
    await bob.send("ALERT_ADMIN", `${oak} ${u32(adam.uid)} 'unfair'`);
    adam.expect();
    assert.deepEqual(olga.takeNames(), ["IM_IN"]);
    assert.deepEqual(guard.takeNames(), ["IM_IN"]);
    chat.forget();
    await bob.send("ALERT_ADMIN", `${oak} ${u32(guard.uid)} 'unfair'`);
    guard.expect();
    assert.deepEqual(boss.takeNames().length, 1);
  }));

Deno.test("staff who were offline are notified of open complaints at sign-on", () =>
  withChat(async (chat) => {
    const { bob, troll } = await party(chat);
    await bob.send("ALERT_ADMIN", `${oak} ${u32(troll.uid)} 'x'`);
    const told = (names: readonly string[]) =>
      names.filter((name) => name === "NEW_STYLE_IM" || name === "IM_IN")
        .length;
    const guard = await chat.signOn("Guard", {
      role: "moderator",
      take: false,
    });
    assert.equal(told(guard.takeNames()), 1);
    const ann = await chat.signOn("Ann", { take: false });
    assert.equal(told(ann.takeNames()), 0);
    chat.store.complaints.update(1, { state: "closed", handledAt: 1 });
    const warden = await chat.signOn("Warden", {
      role: "moderator",
      take: false,
    });
    assert.equal(told(warden.takeNames()), 0);
  }));
