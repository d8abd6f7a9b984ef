import assert from "node:assert/strict";
import { unhex } from "../../protocol/bytes.ts";
import { encodeDigits } from "../../protocol/challenge.ts";
import { login, lymerick } from "../../protocol/packets/signon.ts";
import { decodeText, encodeText } from "../../protocol/windows1252.ts";
import {
  PASSWORD,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const digits = (password: string, offset = 0) =>
  encodeDigits(encodeText(password), offset, 1);

async function newcomer(chat: TestChat): Promise<TestClient> {
  const client = chat.connect();
  await client.send("CLIENT_HELLO", "00000000");
  client.expect("HELLO 'Hello-From:PaLTALK'");
  return client;
}

function form(nickname: string, more = "", password = "kettle12"): string {
  return `'first=Eve\nlast=Adams\nnickname=${nickname}\n` +
    `email=eve@example.org\nuid=0\npassword=${digits(password)}\n` +
    `country=NL\nsex=F\nshow_email=N\n${more}'`;
}

const OPEN = { "auth.registration": "open" };
const CHANGE = { old: PASSWORD, fresh: "newpass22", offset: 42 };

async function change(client: TestClient, what = CHANGE): Promise<void> {
  const { old, fresh, offset } = what;
  await client.send(
    "PASSWORD_CHANGE",
    `${u32(client.uid)} '${digits(old, offset)}' 0a '${digits(fresh)}'`,
  );
}

Deno.test("PASSWORD_CHANGE asks for a key, checks the old, keeps the new and the hint", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("PASSWORD_CHANGE_ASK", u32(ann.uid));
    ann.expect("PASSWORD_RESET_OFFSET 587946a6 '55147331'");
    await change(ann);
    ann.expect("FEEDBACK fb78 0000");
    await ann.send("PASSWORD_HINT", "0000 0a 'cat'");
    ann.expect();
    assert.equal(ann.account.hint, "cat");
    assert.equal(ann.account.hintQuestion, 0);
    assert.equal(ann.account.passwordHash, "plain 6e6577706173733232");
  }));

Deno.test("PASSWORD_HINT keeps question and hint once a minute, and no answer", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("PASSWORD_HINT", "0002 'rex' 0a 'dog'");
    await ann.send("PASSWORD_HINT", "0003 'mia' 0a 'cat'");
    ann.expect();
    assert.equal(ann.account.hint, "dog");
    assert.equal(ann.account.hintQuestion, 2);
    assert.ok(!JSON.stringify([ann.account, chat.log]).includes("rex"));
    assert.ok(chat.logged("password hint too soon after the last one"));
    chat.now += 60_000;
    await ann.send("PASSWORD_HINT", "0003 'mia' 0a 'cat'");
    assert.equal(ann.account.hint, "cat");
  }));

/** Returns the `ph=` value that a client receives when it signs on now. */
async function toldAboutHint(chat: TestChat): Promise<string | undefined> {
  const ann = await chat.signOn("Ann", { take: false });
  const line = ann.take().find((frame) => frame.startsWith("USER_DATA "));
  const text = decodeText(unhex(line!.split(" ")[1]!));
  return /\nph=(.)\n/.exec(text)?.[1];
}

Deno.test("clients are asked for a password hint only if the host has set that", () =>
  withChat(async (chat) => {
    assert.equal(await toldAboutHint(chat), "0");
  }));

Deno.test("auth.ask_hint asks until a hint was given", () =>
  withChat(async (chat) => {
    assert.equal(await toldAboutHint(chat), "N");
    chat.now += 60_000;
    const ann = await chat.signOn("Ann");
    await ann.send("PASSWORD_HINT", "0002 'rex' 0a 'dog'");
    assert.equal(await toldAboutHint(chat), "Y");
  }, { "auth.ask_hint": true }));

Deno.test("PASSWORD_CHANGE refuses each wrong try with its sentence", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const before = ann.account.passwordHash;
    await change(ann);
    ann.expect("FEEDBACK fb78 0001 'Please ask for the change again.'");
    const cases = [
      [{ ...CHANGE, old: "wrong123" }, "The old password is wrong."],
      [{ ...CHANGE, offset: 0 }, "The old password is wrong."],
      [
        { ...CHANGE, fresh: "four" },
        "The password is too short: the client wants 5 to 12 characters.",
      ],
      [
        { ...CHANGE, fresh: "" },
        "The password is too short: the client wants 5 to 12 characters.",
      ],
    ] as const;
    for (const [what, sentence] of cases) {
      await ann.send("PASSWORD_CHANGE_ASK", u32(ann.uid));
      ann.take();
      await change(ann, what);
      ann.expect(`FEEDBACK fb78 0001 '${sentence}'`);
    }
    const bob = chat.addUser("Bob");
    await ann.send("PASSWORD_CHANGE_ASK", u32(ann.uid));
    ann.take();
    await ann.send(
      "PASSWORD_CHANGE",
      `${u32(bob.uid)} '${digits(PASSWORD, 42)}' 0a '${digits("newpass22")}'`,
    );
    ann.expect("FEEDBACK fb78 0001 'This is not your own password.'");
    assert.equal(ann.account.passwordHash, before);
  }));

Deno.test("REGISTER is closed unless the host opens it", () =>
  withChat(async (chat) => {
    const client = await newcomer(chat);
    await client.send("REGISTER", form("Eve"));
    client.expect(
      "FEEDBACK fb6e 0001 " +
        "'Registration is closed. Please ask the host for an account.'",
    );
    assert.equal(chat.store.accounts.byNickname("Eve"), undefined);
  }));

Deno.test("REGISTER makes an account that can sign on, with no rights", () =>
  withChat(async (chat) => {
    const client = await newcomer(chat);
    await client.send("REGISTER", form("Eve", "role=admin\nadmin=3\n"));
    const eve = chat.store.accounts.byNickname("eve")!;
    client.expect(`FEEDBACK fb6e 0000 ${u32(eve.uid)}`);
    assert.deepEqual(
      [eve.role, eve.first, eve.last, eve.email, eve.showEmail],
      ["user", "Eve", "Adams", "eve@example.org", false],
    );
    assert.deepEqual(
      [...chat.store.accounts.profile(eve.uid)],
      [["country", "NL"], ["sex", "F"]],
    );
    const signedOn = await chat.signOn("Eve");
    assert.equal(signedOn.session.level, 0);
  }, OPEN));

Deno.test("REGISTER suggests a nickname when one is taken", () =>
  withChat(async (chat) => {
    chat.addUser("Eve");
    chat.addUser("eve2");
    const client = await newcomer(chat);
    await client.send("REGISTER", form("EVE"));
    client.expect("FEEDBACK fb6e 0063 'EVE3'");
    await client.send("REGISTER", form("EVE3"));
    assert.match(client.take()[0]!, /^FEEDBACK fb6e0000/);
  }, OPEN));

Deno.test("REGISTER refuses names like staff and passwords the client cannot type", () =>
  withChat(async (chat) => {
    chat.addUser("Guard", { role: "moderator" });
    const client = await newcomer(chat);
    const cases = [
      form("Pa1talk"),
      form("GUARD."),
      form(""),
      form("a,b"),
      form("Eve", "", "four"),
      "'nickname=Eve\npassword=garbage'",
      "'' ff 00",
    ];
    for (const bytes of cases) {
      await client.send("REGISTER", bytes);
      assert.match(client.take()[0]!, /^FEEDBACK fb6e0001[0-9a-f]{20}/);
    }
    assert.equal(chat.store.accounts.count(), 1);
    assert.equal(client.closed, undefined);
  }, OPEN));

Deno.test("REGISTER by invitation takes one use of a code", () =>
  withChat(async (chat) => {
    chat.store.inviteCodes.add({
      code: "WELCOME",
      usesLeft: 1,
      createdBy: "cli",
      createdAt: chat.now,
      expiresAt: null,
    });
    const client = await newcomer(chat);
    const refusal = "FEEDBACK fb6e 0001 " +
      "'Registration needs an invite code from the host.'";
    await client.send("REGISTER", form("Eve"));
    client.expect(refusal);
    await client.send("REGISTER", form("Eve", "referred=WELCOME\n"));
    assert.match(client.take()[0]!, /^FEEDBACK fb6e0000/);
    await client.send("REGISTER", form("Ed", "referred=WELCOME\n"));
    client.expect(
      "FEEDBACK fb6e 0001 'This invite code is not good, or used up: " +
        "ask the host for another.'",
    );
  }, { "auth.registration": "invite" }));

/**
 * Tries to sign on and returns the text that the client shows, or "" once it is
 * online.
 */
async function signOnAnswer(chat: TestChat, uid: number): Promise<string> {
  const client = await newcomer(chat);
  await client.sendBytes(
    lymerick.type,
    lymerick.payload({ uid, firstRun: false }),
  );
  client.take();
  const secret = digits("kettle12", 42);
  await client.sendBytes(login.type, login.payload({ uid, digits: secret }));
  return client.session.phase === "online" ? "" : client.take().join("\n");
}

Deno.test("REGISTER creates an account that waits, and notifies staff", () =>
  withChat(async (chat) => {
    const boss = await chat.signOn("Boss", { role: "admin" });
    const guard = await chat.signOn("Guard", { role: "moderator" });
    const client = await newcomer(chat);
    await client.send("REGISTER", form("Eve", "referred=a friend\n"));
    const eve = chat.store.accounts.byNickname("Eve")!;
    client.expect(`FEEDBACK fb6e 0000 ${u32(eve.uid)}`);
    const shown = (bytes: string) =>
      decodeText(unhex(bytes.split(" ")[1] ?? ""));
    assert.match(shown(boss.take()[0]!), /Eve would like an account\./);
    guard.expect();
    assert.match(
      shown(await signOnAnswer(chat, eve.uid)),
      /Your account waits for the host's approval/,
    );
    const admin = await chat.signOn("Other", { role: "admin", take: false });
    assert.ok(
      admin.take().some((frame) =>
        shown(frame).includes("1 account waits for approval.")
      ),
    );
    chat.store.applications.remove(eve.uid);
    assert.equal(await signOnAnswer(chat, eve.uid), "");
  }, { "auth.registration": "approval" }));
