import assert from "node:assert/strict";
import {
  joinAll,
  OAK,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);

async function two(
  chat: TestChat,
  from: readonly [string, string] = ["203.0.113.5", "203.0.113.6"],
): Promise<[TestClient, TestClient]> {
  const ann = await chat.signOn("Ann", { from: from[0] });
  const bob = await chat.signOn("Bob", { from: from[1], first: "Rob" });
  chat.forget();
  return [ann, bob];
}

const offer = (name: string, who: TestClient, ip: number, port: number) =>
  `${name} 'uid=${who.uid}\nip=${ip}\nport=${port}\nfirst=-\nlast=-\n` +
  `nickname=${who.session.nickname}\n'`;
/** 203.0.113.5; the next address is 203.0.113.6. */
const ANN_IP = 0xcb007105;
const BOB_HEX = "cb007106";

Deno.test("a file is offered, accepted with the address the server sees, and done", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("XFER_REQUEST", `${u32(bob.uid)} 082a`);
    bob.expect(offer("XFER_OFFER", ann, ANN_IP, 2090));
    await bob.send("XFER_ACCEPT", `${u32(ann.uid)} 082a`);
    ann.expect(`XFER_ACCEPTED ${u32(bob.uid)} ${BOB_HEX} 082a`);
    await bob.send("XFER_REFUSE", u32(ann.uid));
    ann.expect(`XFER_REFUSED ${u32(bob.uid)}`);
    bob.expect();
  }));

Deno.test("the sender learns of a refused file, which cannot be accepted afterwards", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("XFER_REQUEST", `${u32(bob.uid)} 082a`);
    bob.take();
    await bob.send("XFER_REFUSE", u32(ann.uid));
    ann.expect(`XFER_REFUSED ${u32(bob.uid)}`);
    await bob.send("XFER_ACCEPT", `${u32(ann.uid)} 082a`);
    bob.expect("FEEDBACK fe44 0001 'This offer is not open any more.'");
    ann.expect();
  }));

Deno.test("XFER_REFUSE is forwarded whatever came before, not from the blocked", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await bob.send("XFER_REFUSE", u32(ann.uid));
    ann.expect(`XFER_REFUSED ${u32(bob.uid)}`);
    await ann.send("BLOCK_BUDDY", u32(bob.uid));
    await bob.send("XFER_REFUSE", u32(ann.uid));
    await bob.send("XFER_REFUSE", u32(bob.uid));
    await bob.send("XFER_REFUSE", "000fffff");
    ann.expect();
    bob.expect();
  }));

Deno.test("an address is given only in answer to a real offer", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    for (
      const [packet, hex] of [
        ["XFER_ACCEPT", "fe44"],
        ["CALL_ACCEPT", "fe3f"],
        ["VIDEO_ACCEPT", "fd3a"],
      ] as const
    ) {
      await bob.send(packet, `${u32(ann.uid)} 082a`);
      bob.expect(`FEEDBACK ${hex} 0001 'This offer is not open any more.'`);
    }
    ann.expect();
  }));

Deno.test("a user who blocks appears offline to offers, calls and invitations", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await bob.send("BLOCK_BUDDY", u32(ann.uid));
    await joinAll(chat, OAK, ann);
    const tries = [
      ["XFER_REQUEST", "fe43", `${u32(bob.uid)} 082a`],
      ["CALL_REQUEST", "fe3e", `${u32(bob.uid)} 082a`],
      ["VIDEO_REQUEST", "fd44", `${u32(bob.uid)} 082b`],
      ["INVITE_OUT", "fe98", `${oak} ${u32(bob.uid)}`],
      ["PRIVATE_INVITE", "fed2", `00010000 082a0001 ${u32(bob.uid)}`],
    ] as const;
    for (const [packet, hex, bytes] of tries) {
      await ann.send(packet, bytes);
      ann.expect(
        `FEEDBACK ${hex} 0001 'This user is not online.'`,
        // The client hides the button of a video call until it is answered.
        ...(packet === "VIDEO_REQUEST"
          ? [`VIDEO_REFUSED ${u32(bob.uid)}`]
          : []),
      );
    }
    bob.expect();
  }));

Deno.test("the system user declines files, calls and invitations with a message", () =>
  withChat(async (chat) => {
    const [ann] = await two(chat);
    await joinAll(chat, OAK, ann);
    const no = "'The server cannot do that.'";
    await ann.send("XFER_REQUEST", "000f4241 082a");
    await ann.send("CALL_REQUEST", "000f4241 082a");
    await ann.send("VIDEO_REQUEST", "000f4241 082b");
    await ann.send("INVITE_OUT", `${oak} 000f4241`);
    ann.expect(
      `FEEDBACK fe43 0001 ${no}`,
      `FEEDBACK fe3e 0001 ${no}`,
      `FEEDBACK fd44 0001 ${no}`,
      "VIDEO_REFUSED 000f4241",
      `FEEDBACK fe98 0001 ${no}`,
    );
  }));

Deno.test("a user who accepts only pals gets no offer from a stranger", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await bob.send("SET_PRIVACY", "'P'");
    await ann.send("XFER_REQUEST", `${u32(bob.uid)} 082a`);
    ann.expect("FEEDBACK fe43 0001 'Bob accepts this from pals only.'");
    await bob.send("ADD_PAL", u32(ann.uid));
    chat.forget();
    await ann.send("XFER_REQUEST", `${u32(bob.uid)} 082a`);
    bob.expect(offer("XFER_OFFER", ann, ANN_IP, 2090));
  }));

Deno.test("a call rings, is taken, and ends for both", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("CALL_REQUEST", `${u32(bob.uid)} 082a`);
    bob.expect(offer("CALL_OFFER", ann, ANN_IP, 2090));
    await bob.send("CALL_ACCEPT", `${u32(ann.uid)} 082a`);
    ann.expect(`CALL_ACCEPTED ${u32(bob.uid)} ${BOB_HEX} 082a`);
    await ann.send("CALL_HANGUP", u32(bob.uid));
    bob.expect(`CALL_ENDED ${u32(ann.uid)}`);

    await ann.send("CALL_REQUEST", `${u32(bob.uid)} 082a`);
    bob.take();
    await bob.send("CALL_REFUSE", u32(ann.uid));
    ann.expect(`CALL_ENDED ${u32(bob.uid)}`);
  }));

Deno.test("a call whose caller had to sign on again can be hung up by both", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("CALL_REQUEST", `${u32(bob.uid)} 082a`);
    await bob.send("CALL_ACCEPT", `${u32(ann.uid)} 082a`);
    const back = await chat.signOn("Ann", { from: "203.0.113.5" });
    chat.forget();
    await bob.send("CALL_HANGUP", u32(back.uid));
    back.expect(`CALL_ENDED ${u32(bob.uid)}`);
    await back.send("CALL_HANGUP", u32(bob.uid));
    bob.expect(`CALL_ENDED ${u32(back.uid)}`);
  }));

Deno.test("refusals and hang-ups go through whatever came before, not from the blocked", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    const ends = [
      ["CALL_REFUSE", "CALL_ENDED"],
      ["CALL_HANGUP", "CALL_ENDED"],
      ["VIDEO_REFUSE", "VIDEO_REFUSED"],
      ["VIDEO_HANGUP", "VIDEO_ENDED"],
    ] as const;
    for (const [packet, answer] of ends) {
      await bob.send(packet, u32(ann.uid));
      ann.expect(`${answer} ${u32(bob.uid)}`);
    }
    await bob.send("CALL_REQUEST", `${u32(ann.uid)} 082a`);
    await ann.send("BLOCK_BUDDY", u32(bob.uid));
    chat.forget();
    // A user who blocks the other during a call still learns that it ended.
    await bob.send("CALL_HANGUP", u32(ann.uid));
    ann.expect(`CALL_ENDED ${u32(bob.uid)}`);
    for (const [packet] of ends) {
      await bob.send(packet, u32(ann.uid));
      await bob.send(packet, u32(bob.uid));
      await bob.send(packet, "000fffff");
    }
    ann.expect();
    bob.expect();
  }));

Deno.test("a video call has its own numbers and port", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("VIDEO_REQUEST", `${u32(bob.uid)} 082b`);
    bob.expect(offer("VIDEO_OFFER", ann, ANN_IP, 2091));
    await bob.send("VIDEO_ACCEPT", `${u32(ann.uid)} 082b`);
    ann.expect(`VIDEO_ACCEPTED ${u32(bob.uid)} ${BOB_HEX} 082b`);
    await bob.send("VIDEO_HANGUP", u32(ann.uid));
    ann.expect(`VIDEO_ENDED ${u32(bob.uid)}`);
    await ann.send("VIDEO_REQUEST", `${u32(bob.uid)} 082b`);
    bob.take();
    await bob.send("VIDEO_REFUSE", u32(ann.uid));
    ann.expect(`VIDEO_REFUSED ${u32(bob.uid)}`);
  }));

const PLACES = [
  ["the host's network is announced to outsiders by the public address", [
    "192.168.1.20",
    "203.0.113.6",
  ], 0xc6336407],
  ["within one network the private address serves", [
    "192.168.1.20",
    "192.168.1.21",
  ], 0xc0a80114],
  ["the server's own machine is where the other found the server", [
    "127.0.0.1",
    "192.168.1.21",
  ], 0xc0000201],
  ["on one machine both are at home", ["127.0.0.1", "127.0.0.2"], 0x7f000001],
] as const;
for (const [what, from, ip] of PLACES) {
  Deno.test(`XFER_OFFER: ${what}`, () =>
    withChat(async (chat) => {
      const [ann, bob] = await two(chat, from);
      await ann.send("XFER_REQUEST", `${u32(bob.uid)} 082a`);
      bob.expect(offer("XFER_OFFER", ann, ip, 2090));
    }));
}

Deno.test("XFER_REQUEST from an IPv6 address is refused with a reason", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat, ["2001:db8::1", "203.0.113.6"]);
    await ann.send("XFER_REQUEST", `${u32(bob.uid)} 082a`);
    ann.expect(
      "FEEDBACK fe43 0001 'Your computers cannot reach each other by IPv4.'",
    );
  }));

Deno.test("INVITE_OUT is a record that the client accepts, with its lockword", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("ROOM_CREATE", "0003 0000 7542 0000082a 'Gden' 0a 'tiger'");
    const { gid } = chat.world.roomByName("den")!;
    chat.forget();
    await ann.send("INVITE_OUT", `${u32(gid)} ${u32(bob.uid)}`);
    bob.expect(
      `INVITE_IN 'group_id=${gid}\ngroup_name=den\nuid=${ann.uid}\n` +
        `nickname=Ann\nfirst=-\nlast=-\ntype=3\nlock=1\n'`,
    );
    await bob.send("INVITE_OUT", `${u32(gid)} ${u32(ann.uid)}`);
    ann.expect();
    assert.ok(chat.logged("not in that room"));
  }));

Deno.test("PRIVATE_INVITE makes a room for two, joins it and invites", () =>
  withChat(async (chat) => {
    const [ann, bob] = await two(chat);
    await ann.send("PRIVATE_INVITE", `00010000 082a0001 ${u32(bob.uid)}`);
    const [room] = chat.world.roomsOf(ann.session);
    const { gid, name } = room!;
    const [answer, joined] = ann.take();
    assert.match(answer!, new RegExp(`^FEEDBACK fed20000${u32(gid)}0001`));
    assert.match(joined!, new RegExp(`^ROOM_JOINED ${u32(gid)}00010001`));
    bob.expect(
      `INVITE_IN 'group_id=${gid}\ngroup_name=${name}\nuid=${ann.uid}\n` +
        `nickname=Ann\nfirst=-\nlast=-\ntype=1\n'`,
    );
    await bob.send("ROOM_JOIN", `${u32(gid)} 0000 0000082a`);
    assert.equal(bob.takeNames()[0], "ROOM_JOINED");
  }));
