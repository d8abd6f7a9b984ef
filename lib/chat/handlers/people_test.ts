import assert from "node:assert/strict";
import { unhex } from "../../protocol/bytes.ts";
import { decodeText } from "../../protocol/windows1252.ts";
import {
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const find = (key: string, value: string) =>
  `'uid=3\nfirst=\nlast=\n${key}=${value}\nemail='`;
const userData = (client: TestClient) =>
  client.take().find((line) => line.startsWith("USER_DATA"))!;
const NOBODY = "SEARCH_ERROR";

Deno.test("USER_SEARCH has two modes, heeds no case, and answers always", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const dan = chat.addUser("Dan").uid;
    const dana = chat.addUser("Dana", { first: "Dana", last: "Scott" }).uid;
    const first = `uid=${dan}\nnickname=Dan\nfirst=\nlast=`;
    const second = `uid=${dana}\nnickname=Dana\nfirst=Dana\nlast=Scott`;
    await ann.send("USER_SEARCH", find("exnick", "dAN"));
    ann.expect(`SEARCH_RESPONSE '${first}' c8`);
    await ann.send("USER_SEARCH", find("nickname", "da"));
    ann.expect(`SEARCH_RESPONSE '${first}' c8 '${second}' c8`);
    await ann.send("USER_SEARCH", find("exnick", "Da"));
    ann.expect(NOBODY);
    await ann.send("USER_SEARCH", "'nickname=DANA'");
    ann.expect(`SEARCH_RESPONSE '${second}' c8`);
    await ann.send("USER_SEARCH", "'uid=3&nickname=d%41na&email='");
    ann.expect(`SEARCH_RESPONSE '${second}' c8`);
    const odd = chat.addUser("Zo\u00eb & 50%41+").uid;
    const zoe =
      `SEARCH_RESPONSE 'uid=${odd}\nnickname=Zo' eb ' & 50%41+\nfirst=\nlast=' c8`;
    await ann.send("USER_SEARCH", "'exnick=Zo' eb ' & 50%41+'");
    ann.expect(zoe);
    await ann.send("USER_SEARCH", "'exnick=zo%eb+%26%2050%2541%2b&email='");
    ann.expect(zoe);
    await ann.send("USER_SEARCH", "'uid=3\nfirst=dana\nlast=SCOTT'");
    ann.expect(`SEARCH_RESPONSE '${second}' c8`);
    for (const bytes of ["", find("nickname", ""), "'=\n=' 00 ff"]) {
      await ann.send("USER_SEARCH", bytes);
      ann.expect(NOBODY);
    }
  }));

Deno.test("USER_SEARCH hides the unlisted, the system user and hidden names", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    chat.addUser("Hidden", { listed: false });
    const { uid } = chat.addUser("Bob", {
      email: "bob@example.org",
      first: "Robert",
      showFirst: false,
    });
    for (const name of ["hidden", "paltalk"]) {
      await ann.send("USER_SEARCH", find("exnick", name));
      ann.expect(NOBODY);
    }
    await ann.send("USER_SEARCH", "'email=BOB@example.org'");
    ann.expect(`SEARCH_RESPONSE 'uid=${uid}\nnickname=Bob\nfirst=\nlast=' c8`);
  }));

Deno.test("USER_SEARCH returns fewer than 200 hits", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    for (let i = 0; i < 210; i++) chat.addUser(`guest${i}`);
    await ann.send("USER_SEARCH", find("nickname", "guest"));
    const [answer = ""] = ann.take();
    assert.equal(answer.match(/c8(?=75|$)/g)?.length, 199);
  }));

Deno.test("USER_PROFILE_UPDATE of a session without password keeps the address", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann", { email: "ann@example.org" });
    ann.session.ticketUid = ann.uid;
    await ann.send(
      "USER_PROFILE_UPDATE",
      "'first=Ned\nemail=ann@example.org'",
    );
    await ann.send("USER_PROFILE_UPDATE", "'first=Eve\nemail=eve@example.org'");
    const { first, email } = chat.store.accounts.get(ann.uid)!;
    assert.deepEqual([first, email], ["Ned", "ann@example.org"]);
    const refusals = ann.take().filter((line) => line.startsWith("FEEDBACK"));
    assert.equal(refusals.length, 1);
  }));

Deno.test("USER_PROFILE_UPDATE stores allowed fields, and cannot give rights", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const before = ann.account;
    await ann.send(
      "USER_PROFILE_UPDATE",
      `'first=Ned=x\nlast=\nnickname=Paltalk\nemail=ned@storm.org\n` +
        `uid=${ann.uid}\nget_offers_from_us=Y\nget_offers_from_affiliates=N\n` +
        `show_email=Y\nshow_first=Y\nshow_last=N\ncountry=NL\n` +
        `role=superadmin\nadmin=3\nsup=3\npaid1=Y\npassword=x\nhint=x\ncolor=1'`,
    );
    ann.expect();
    assert.deepEqual(ann.account, {
      ...before,
      first: "Ned=x",
      last: "",
      email: "ned@storm.org",
      offersFromUs: true,
      offersFromAffiliates: false,
      showEmail: true,
      showLast: false,
    });
    assert.deepEqual(
      [...chat.store.accounts.profile(ann.uid)],
      [["country", "NL"]],
    );
    assert.equal(ann.session.level, 0);
  }));

Deno.test("USER_PROFILE_UPDATE of another user is refused", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    for (const uid of [bob.uid, "x"]) {
      await ann.send("USER_PROFILE_UPDATE", `'first=Mine\nuid=${uid}'`);
      ann.expect("FEEDBACK ffbf 0001 'This is not your own profile.'");
    }
    assert.equal(bob.account.first, "");
  }));

Deno.test("RANDOM_USER_CHAT picks an online user who lets strangers write", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const drawn = async () => {
      chat.forget();
      await ann.send("RANDOM_USER_CHAT");
      const [line = ""] = ann.take();
      return line === "SEARCH_ERROR "
        ? undefined
        : /uid=(\d+)/.exec(decodeText(unhex(line.split(" ")[1]!)))?.[1];
    };
    assert.equal(await drawn(), undefined, "never oneself or the system user");
    await chat.signOn("Hidden", { listed: false });
    await chat.signOn("Shy", { privacy: "P" });
    const blocker = await chat.signOn("Blocker");
    await blocker.send("BLOCK_BUDDY", u32(ann.uid));
    const blocked = await chat.signOn("Blocked");
    await ann.send("BLOCK_BUDDY", u32(blocked.uid));
    chat.addUser("Offline");
    assert.equal(await drawn(), undefined);
    const tea = await chat.signOn("Tea", { privacy: "T" });
    assert.equal(await drawn(), String(tea.uid));
  }));

Deno.test("SET_PRIVACY is kept and comes back in USER_DATA", () =>
  withChat(async (chat) => {
    let ann = await chat.signOn("Ann");
    await ann.send("SET_PRIVACY", "'T'");
    await ann.send("SET_PRIVACY", "'x'");
    ann.expect();
    assert.ok(chat.logged("unknown privacy"));
    ann.hangUp();
    ann = await chat.signOn("Ann", { take: false });
    // "\nprivacy=T\n"
    assert.ok(userData(ann).includes("0a707269766163793d540a"));
  }));

Deno.test("EMAIL_INVITE is stored, and the user is told that no mail is sent", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("EMAIL_INVITE", "'email=eve@example.org\norigin=1'");
    const [box = "", ...more] = ann.take();
    assert.match(box, /^ANNOUNCEMENT /);
    assert.ok(decodeText(unhex(box.split(" ")[1]!)).includes("no e-mail"));
    assert.deepEqual(more, []);
    await ann.send("EMAIL_INVITE", "'email=nonsense\norigin=1'");
    ann.expect();
    assert.deepEqual(
      chat.store.emailInvites.list(ann.uid).map(({ email }) => email),
      ["eve@example.org"],
    );
    assert.ok(chat.logged("e-mail invitation without an address"));
  }));

Deno.test("levels show in USER_DATA: admin= and, from admins on, sup=", () =>
  withChat(async (chat) => {
    const expected = {
      user: 0,
      moderator: 1,
      admin: 2,
      superadmin: 3,
    } as const;
    for (const [role, level] of Object.entries(expected)) {
      const one = await chat.signOn(`the ${role}`, {
        role: role as keyof typeof expected,
        take: false,
      });
      const data = userData(one);
      assert.ok(data.includes(`0a61646d696e3d3${level}0a`), role);
      assert.equal(data.includes("0a7375703d"), level >= 2, role);
    }
  }));

Deno.test("USER_PROFILE_UPDATE follows the rules of the page, and pals see it", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await bob.send("ADD_PAL", u32(ann.uid));
    chat.forget();
    await ann.send("USER_PROFILE_UPDATE", "'first=Zelda\nemail=nowhere'");
    assert.match(ann.take()[0]!, /^FEEDBACK ffbf0001/);
    assert.equal(ann.account.first, "");
    assert.deepEqual(chat.store.audit.list({ action: "user profile" }), []);
    await ann.send("USER_PROFILE_UPDATE", "'first=Zelda\nsecret=1'");
    ann.expect();
    assert.deepEqual(bob.takeNames(), ["BUDDY_LIST"]);
    const [entry] = chat.store.audit.list({ action: "user profile" });
    assert.deepEqual([entry?.actor, entry?.after], ["Ann", "first"]);
  }));
