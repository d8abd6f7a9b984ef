import assert from "node:assert/strict";
import { PaltalkClient, SignOnRefused } from "../../lib/client/mod.ts";
import { greet } from "../../lib/client/sign_on.ts";
import { encodeDigits, keyOffset } from "../../lib/protocol/challenge.ts";
import {
  passwordChange,
  passwordChangeAsk,
  passwordHint,
  passwordResetOffset,
  register,
  type Registration,
  registration,
} from "../../lib/protocol/packets/accounts.ts";
import { feedback } from "../../lib/protocol/packets/signon.ts";
import { CLIENT_TYPES } from "../../lib/protocol/packet_types.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { PASSWORD, TestServer } from "../support/server.ts";

const digits = (password: string, offset = 0) =>
  encodeDigits(encodeText(password), offset, 1);

/** Registers like an older build: one connection, before any sign-on. */
async function registerAs(
  server: TestServer,
  nickname: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Registration> {
  const client = new PaltalkClient(server.chat);
  const connection = await greet(client.dial, server.chat, 0);
  try {
    await connection.send(
      register,
      new Map(Object.entries({
        first: "Eve",
        last: "Adams",
        nickname,
        email: "eve@example.org",
        uid: "0",
        password: digits("kettle12"),
        ...more,
      })),
    );
    return await connection.expect(registration);
  } finally {
    await connection.close();
  }
}

/**
 * Fills in the dialog: old and new password, then the hint. Returns the
 * server's answer.
 */
async function changePassword(
  client: PaltalkClient,
  old: string,
  fresh: string,
): Promise<{ code: number; text: string }> {
  await client.send(passwordChangeAsk, { uid: client.uid });
  const { key } = await client.expect(passwordResetOffset);
  assert.equal(key.length, 12);
  await client.send(passwordChange, {
    uid: client.uid,
    oldDigits: digits(old, keyOffset(key)),
    newDigits: digits(fresh),
  });
  await client.send(passwordHint, {
    question: 0,
    answer: "",
    hint: "the usual",
  });
  return await client.expect(
    feedback,
    ({ to }) => to === CLIENT_TYPES.PASSWORD_CHANGE.type,
  );
}

Deno.test("a password is changed from the client, and only the new one signs on", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const ann = await server.signOn("Ann");
  const wrong = await changePassword(ann, "not it", "newpass22");
  assert.equal(wrong.code, 1);
  assert.equal(wrong.text, "The old password is wrong.");
  assert.equal((await changePassword(ann, PASSWORD, "newpass22")).code, 0);
  await ann.signOff();

  await assert.rejects(server.signOn("Ann"), SignOnRefused);
  await using again = await server.signOn("Ann", { password: "newpass22" });
  assert.equal(again.uid, ann.uid);
});

Deno.test("registration is closed when the host says nothing", async () => {
  await using server = await TestServer.start();
  const answer = await registerAs(server, "Eve");
  assert.ok("refusal" in answer);
  assert.match(answer.refusal, /closed/);
});

Deno.test("open registration makes an account that signs on; a taken name gets another suggested", async () => {
  await using server = await TestServer.start({
    users: ["Ann"],
    settings: { "auth.registration": "open" },
  });
  assert.deepEqual(await registerAs(server, "ANN"), { suggestion: "ANN2" });
  const answer = await registerAs(server, "Eve", { admin: "3", sup: "3" });
  assert.ok("uid" in answer);
  await using eve = await server.signOn("Eve", { password: "kettle12" });
  assert.equal(eve.uid, answer.uid);
  assert.deepEqual([...eve.state.pals], [1000001]);
  const { out } = await server.cli(["user", "show", "Eve", "--json"]);
  assert.equal(JSON.parse(out).role, "user");
});

Deno.test("registration by invitation takes the host's code once", async () => {
  await using server = await TestServer.start({
    settings: { "auth.registration": "invite" },
  });
  const { out, code, err } = await server.cli(["invite", "add", "--json"]);
  assert.equal(code, 0, err);
  const invite: string = JSON.parse(out).code;
  const without = await registerAs(server, "Eve");
  assert.ok("refusal" in without);
  assert.match(without.refusal, /invite code/);
  assert.ok("uid" in await registerAs(server, "Eve", { referred: invite }));
  assert.ok("refusal" in await registerAs(server, "Ed", { referred: invite }));
});

Deno.test("an account by an older client waits until the host approves it", async () => {
  await using server = await TestServer.start({
    settings: { "auth.registration": "approval" },
  });
  const answer = await registerAs(server, "Eve");
  assert.ok("uid" in answer, JSON.stringify(answer));
  const signOn = () => server.signOn("Eve", { password: "kettle12" });
  await assert.rejects(signOn, (error) => {
    assert.ok(error instanceof SignOnRefused);
    assert.match(error.message, /waits for the host's approval/);
    return true;
  });
  assert.match(await server.run("user", "applications"), /Eve/);
  await server.run("user", "reject", "Eve", "--reason", "Family only.");
  await assert.rejects(signOn, /not approved your account\. Family only\./);
  await server.run("user", "approve", "Eve");
  await using eve = await signOn();
  assert.ok(eve.uid);
});
