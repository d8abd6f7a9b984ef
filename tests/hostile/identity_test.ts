import assert from "node:assert/strict";
import { PasswordHasher } from "../../lib/ops/password_hash.ts";
import { encodeDigits, keyOffset } from "../../lib/protocol/challenge.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { PASSWORD, Peer, u16, u32 } from "../reliability/support/peer.ts";
import { Stage, VOICE_ROOM, VoicePeer } from "./stage.ts";

Deno.test("attack 01: sign on as somebody else without the password", async () => {
  await using stage = await Stage.start();
  const { ann, rig } = stage;
  const peer = await stage.stranger();
  const offset = await peer.greet(ann.uid);
  await peer.write(Peer.login(ann.uid, "wrong", offset));
  await peer.refused("LOGIN");
  await rig.logged("sign-on refused", "Ann", "127.0.0.1", "password");
  assert.equal(ann.closed, false);
  await stage.undisturbed();
});

Deno.test("attack 02: ask for the key as oneself and sign on as another with it", async () => {
  await using stage = await Stage.start();
  const { ann, eve } = stage;
  const peer = await stage.stranger();
  const offset = await peer.greet(eve.uid);
  // The password is valid for Eve; Ann has the same one.
  await peer.write(Peer.login(ann.uid, PASSWORD, offset));
  await peer.refused("LOGIN");
  assert.equal(ann.closed, false);
  await stage.undisturbed();
});

Deno.test("attack 03: replay a recorded LOGIN on another connection", async () => {
  await using stage = await Stage.start();
  const { uid } = stage.rig.user("Victim");
  const first = await stage.stranger();
  const recorded = Peer.login(uid, PASSWORD, await first.greet(uid));
  const peer = await stage.stranger();
  for (let tries = 0;; tries++) {
    const offset = await peer.greet(uid).catch(() => undefined);
    assert.ok(offset !== undefined && tries < 5);
    if (offset !== keyOf(recorded, uid)) break;
    return; // One time in 343 the same key comes: nothing to learn from it.
  }
  await peer.write(recorded);
  await peer.refused("LOGIN");
  assert.equal(stage.rig.server.live.isOnline(uid), false);
});

/** Returns the offset under which recorded digits are the password. */
function keyOf(recorded: Uint8Array, uid: number): number {
  const digits = (bytes: Uint8Array) =>
    decodeText(bytes.subarray(10)).replace(/(...)./g, "$1 ");
  for (let offset = 0; offset < 343; offset++) {
    if (digits(Peer.login(uid, PASSWORD, offset)) === digits(recorded)) {
      return offset;
    }
  }
  return -1;
}

Deno.test("attack 04: a second LOGIN on a signed-on connection does not make one another", async () => {
  await using stage = await Stage.start();
  const { ann, eve, rig } = stage;
  await eve.write(Peer.login(ann.uid, PASSWORD, 42));
  await eve.send("LYMERICK", u32(ann.uid), u32(1), u16(0));
  await eve.settled();
  await eve.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "who am I");
  const line = await stage.bob.expect(
    "ROOM_MESSAGE_IN",
    (payload) => decodeText(payload.subarray(8)) === "who am I",
  );
  assert.deepEqual([...line.subarray(4, 8)], u32(eve.uid));
  await rig.logged("packet out of turn", "LYMERICK", "Eve");
  await stage.undisturbed();
});

Deno.test("attack 05: packets of a signed-on user before signing on", async () => {
  await using stage = await Stage.start();
  const { ann, bob, rig } = stage;
  const peer = await stage.stranger();
  await peer.send("IM_OUT", u32(ann.uid), "nobody sent this");
  await peer.send("ROOM_JOIN", u32(VOICE_ROOM), u16(0), u32(0x82a));
  await peer.greet(bob.uid);
  await peer.send("IM_OUT", u32(ann.uid), "nobody sent this");
  await peer.send("ROOM_CLOSE", u32(VOICE_ROOM));
  await rig.logged("packet out of turn", "ROOM_CLOSE");
  await stage.undisturbed();
  assert.ok(
    !ann.inbox.some(({ payload }) =>
      decodeText(payload).includes("nobody sent this")
    ),
  );
});

Deno.test("attack 06: the uid in the packet is another's: profile, password, pal list stay their own", async () => {
  await using stage = await Stage.start();
  const { ann, eve, rig } = stage;
  await eve.send(
    "USER_PROFILE_UPDATE",
    `uid=${ann.uid}\nfirst=Hacked\nlast=Hacked\nemail=x@y\n`,
  );
  await eve.refused("USER_PROFILE_UPDATE");
  await eve.send("PASSWORD_CHANGE_ASK", u32(ann.uid));
  await eve.expect("PASSWORD_RESET_OFFSET");
  await eve.send("PASSWORD_CHANGE", u32(ann.uid), "309034003690\n309034003690");
  await eve.refused("PASSWORD_CHANGE");
  assert.equal(rig.store.accounts.get(ann.uid)?.first, "");
  await rig.logged("refused", "USER_PROFILE_UPDATE", "Eve");
  await stage.undisturbed();
});

Deno.test("attack 07: a profile update cannot raise one's role or change one's nickname", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const before = rig.store.accounts.get(eve.uid)!;
  await eve.send(
    "USER_PROFILE_UPDATE",
    `uid=${eve.uid}\nnickname=Ann\nadmin=3\nrole=superadmin\nsup=3\npaid=6\nlisted=0\n`,
  );
  await eve.settled();
  const { nickname, role, paid, listed } = rig.store.accounts.get(eve.uid)!;
  assert.deepEqual({ nickname, role, paid, listed }, {
    nickname: "Eve",
    role: "user",
    paid: before.paid,
    listed: before.listed,
  });
  await stage.undisturbed();
});

Deno.test("attack 08: sign on as the system user", async () => {
  await using stage = await Stage.start();
  const peer = await stage.stranger();
  const offset = await peer.greet(1000001);
  await peer.write(Peer.login(1000001, PASSWORD, offset));
  await peer.refused("LOGIN");
  const asking = await stage.stranger();
  await asking.send("CLIENT_HELLO", u32(0));
  await asking.send("GET_UIN", u32(1), "Paltalk");
  const answer = decodeText(await asking.expect("UIN_RESPONSE"));
  assert.match(answer, /^uid=0\n/);
  await stage.undisturbed();
});

Deno.test("attack 09: register names that imitate staff or the server", async () => {
  await using stage = await Stage.start({
    config: {
      "auth.registration": "open",
      "limits.registrations_per_address": 100,
    },
  });
  stage.rig.user("Grandma", "admin");
  const names = [
    "paltalk",
    "PALTALK",
    "Pa1talk",
    "P\u00e0ltalk",
    "Paltalk\u00a0",
    "Pal talk",
    "Paltalk Support",
    "Grandma",
    "grandma",
    "Gr\u00e0ndma",
    "Grandrna",
    "G r a n d m a",
    "Grand\u00adma",
    "Grandma.",
  ];
  for (const name of names) {
    const peer = await stage.stranger();
    await peer.send("CLIENT_HELLO", u32(0));
    await peer.expect("HELLO");
    await peer.send(
      "REGISTER",
      `nickname=${name}\npassword=${digits("secret11")}\nfirst=x\n`,
    );
    const answer = await peer.expect("FEEDBACK");
    assert.notDeepEqual([...answer.subarray(2, 4)], [0, 0], name);
    peer.close();
  }
  assert.equal(stage.rig.store.accounts.count(), 4);
  await stage.undisturbed();
});

/** Encodes a password as registration does. */
function digits(password: string): string {
  return decodeText(Peer.login(0, password, 0).subarray(10));
}

Deno.test("attack 10: guess passwords one after the other", async () => {
  await using stage = await Stage.start();
  const { uid } = stage.rig.user("Victim");
  const guess = async (password: string) => {
    const peer = await stage.stranger();
    await peer.write(Peer.login(uid, password, await peer.greet(uid)));
    return peer;
  };
  for (let n = 0; n < 10; n++) {
    assert.doesNotMatch(
      await (await guess(`guess${n}`)).refused("LOGIN"),
      /wait/,
    );
  }
  // From now on one attempt a second; nobody is locked out.
  const began = performance.now();
  for (let n = 0; n < 4; n++) await (await guess("guess")).refused("LOGIN");
  await (await guess(PASSWORD)).expect("LOGIN_UNKNOWN");
  const took = performance.now() - began;
  assert.ok(took > 3500, `${took} ms`);
  await stage.undisturbed();
});

Deno.test("attack 11: tell by the clock or the words which accounts exist", async () => {
  await using stage = await Stage.start({
    config: {
      "auth.scrypt_log2n": 13,
      "limits.signon_attempts_per_address": 1000,
      "limits.signon_attempts_per_account": 1000,
    },
  });
  const { store } = stage.rig;
  const { PasswordHasher } = await import("../../lib/ops/password_hash.ts");
  const hash = await new PasswordHasher({ log2n: 13 })
    .hash(new TextEncoder().encode(PASSWORD));
  const { uid } = stage.rig.user("Known");
  store.accounts.setPassword(uid, hash);
  const took: Record<string, number[]> = {
    known: [],
    unknown: [],
    odd: [],
    oddUnknown: [],
  };
  const words = new Set<string>();
  const ask = async (
    kind: string,
    target: number,
    login: (offset: number) => Uint8Array,
  ) => {
    const peer = await stage.stranger();
    const offset = await peer.greet(target);
    const start = performance.now();
    await peer.write(login(offset));
    words.add(await peer.refused("LOGIN"));
    took[kind]!.push(performance.now() - start);
    peer.close();
  };
  const odd = (target: number) =>
    Peer.login(target, "wrong", 0).map((byte, at) => at < 10 ? byte : 0x78);
  const fastest = (kind: string) => Math.min(...took[kind]!);
  const areAlike = () => {
    const times = Object.keys(took).map(fastest);
    return Math.max(...times) < 2 * Math.min(...times);
  };
  // On a busy machine it takes more than a few to have a quick one of each.
  for (let n = 0; n < 7 || (n < 40 && !areAlike()); n++) {
    await ask("known", uid, (offset) => Peer.login(uid, "wrong", offset));
    await ask(
      "unknown",
      4_000_000,
      (offset) => Peer.login(4_000_000, "wrong", offset),
    );
    await ask("odd", uid, () => odd(uid));
    await ask("oddUnknown", 4_000_000, () => odd(4_000_000));
  }
  assert.equal(words.size, 1, [...words].join(" / "));
  assert.ok(areAlike(), JSON.stringify(took));
});

Deno.test("attack 12: sign on again and again as oneself does not let two sessions live", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const again = await (await stage.stranger()).signOn(eve.uid);
  await eve.refused("LOGIN");
  await eve.ended();
  await rig.until(() =>
    rig.server.live.sessions().filter(({ uid }) => uid === eve.uid).length === 1
  );
  assert.equal(again.closed, false);
  await stage.undisturbed();
});

Deno.test("attack 13: guess the uids of others and read what is not theirs to see", async () => {
  await using stage = await Stage.start();
  const { ann, eve, rig } = stage;
  rig.store.accounts.update(ann.uid, {
    first: "Annabel",
    last: "Hidden",
    email: "ann@example.org",
    showFirst: false,
    showLast: false,
    showEmail: false,
  });
  rig.server.live.accountChanged(ann.uid);
  for (let uid = ann.uid - 3; uid < ann.uid + 10; uid++) {
    await eve.send("REQUEST_USER", u32(uid));
    await eve.expect("USER_INFO");
  }
  for (
    const key of [
      "exnick=Ann",
      "nickname=A",
      "email=ann@example.org",
      "first=Annabel",
    ]
  ) {
    await eve.send("USER_SEARCH", `uid=3\n${key}\n`);
  }
  await eve.send("ADD_PAL", u32(ann.uid));
  await eve.settled();
  const seen = eve.inbox.map(({ payload }) => decodeText(payload)).join("\n");
  for (const secret of ["Annabel", "Hidden", "ann@example.org", "$scrypt"]) {
    assert.ok(!seen.includes(secret), secret);
  }
  await stage.undisturbed();
});

Deno.test("attack 14: speak in a room as its system", async () => {
  await using stage = await Stage.start();
  const { eve, bob } = stage;
  // Whatever the text contains, the server sets the sender's uid.
  await eve.send(
    "ROOM_MESSAGE_OUT",
    u32(VOICE_ROOM),
    "\0\0\0\0Paltalk: give me your password",
  );
  const line = await bob.expect(
    "ROOM_MESSAGE_IN",
    (payload) => decodeText(payload).includes("give me"),
  );
  assert.deepEqual([...line.subarray(4, 8)], u32(eve.uid));
  await stage.undisturbed();
});

Deno.test("attack 15: speak under another's uid on one's own voice connection", async () => {
  await using stage = await Stage.start();
  const { ann, eve, bobVoice, rig } = stage;
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  await rig.until(() => stage.status.talkers === 0);
  for (let n = 0; n < 10; n++) await voice.talk(ann.uid);
  await rig.until(() => stage.status.totals.voiceFramesDropped >= 10);
  assert.deepEqual(bobVoice.heard, []);
  voice.close();
  await stage.undisturbed();
});

/** Makes checks and hashes slow. */
const SLOW = { config: { "auth.scrypt_log2n": 15 } };

Deno.test("attack 76: change a password that one has stolen while the host takes the account back", async () => {
  await using stage = await Stage.start(SLOW);
  const { eve, rig } = stage;
  await eve.send("PASSWORD_CHANGE_ASK", u32(eve.uid));
  const offset = keyOffset(await eve.expect("PASSWORD_RESET_OFFSET"));
  const digits = (password: string, at: number) =>
    encodeDigits(encodeText(password), at, 1);
  await eve.send(
    "PASSWORD_CHANGE",
    u32(eve.uid),
    `${digits(PASSWORD, offset)}\n${digits("thiefs22", 0)}`,
  );
  await rig.until(() => stage.status.queues.passwordHashes > 0, "a hash");
  rig.store.accounts.setPassword(eve.uid, "!host");
  assert.match(await eve.refused("PASSWORD_CHANGE"), /changed meanwhile/);
  assert.equal(rig.store.accounts.get(eve.uid)!.passwordHash, "!host");
  await stage.undisturbed();
});

Deno.test("attack 77: sign on with a password that the host changes meanwhile", async () => {
  await using stage = await Stage.start(SLOW);
  const { rig } = stage;
  const { uid } = rig.user("Old");
  const old = await new PasswordHasher({ log2n: 15 }).hash(
    encodeText(PASSWORD),
  );
  rig.store.accounts.setPassword(uid, old);
  const thief = await stage.stranger();
  const offset = await thief.greet(uid);
  await thief.write(Peer.login(uid, PASSWORD, offset));
  await rig.until(() => stage.status.queues.passwordHashes > 0, "a check");
  rig.store.accounts.setPassword(uid, "!host");
  assert.match(await thief.refused("LOGIN"), /not right/);
  await thief.ended();
  assert.equal(rig.server.live.isOnline(uid), false);
  await stage.undisturbed();
});
