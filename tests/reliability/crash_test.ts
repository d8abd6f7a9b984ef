/**
 * Kills the process at random moments while users register, write, ban and
 * read; afterwards everything that was confirmed to a client must still be
 * true.
 *
 * RETROPAL_KILLS sets the number of kills; docs/reliability.md has the figures
 * of a long run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { FIRST_UID, runCli, TestServer } from "../support/server.ts";
import { Peer, u16, u32 } from "./support/peer.ts";

const KILLS = Number(Deno.env.get("RETROPAL_KILLS") ?? 4);
const START_MS = 60_000;
const OAK = 50001;
/** Ada is staff, Sink is never online, Reader comes and goes. */
const USERS = ["Ada", "Writer", "Sink", "Reader"];
const [ADA, WRITER, SINK, READER] = USERS.map((_, n) => FIRST_UID + n) as [
  number,
  number,
  number,
  number,
];

/** Confirmations that clients have received. */
class Promises {
  /** Accounts, each with the last accepted password. */
  readonly accounts = new Map<number, string>();
  readonly banned = new Set<string>();
  readonly pals = new Set<number>();
  /** Texts to Sink that the server has accepted. */
  readonly stored = new Set<string>();
  /**
   * Texts to Reader that it has accepted, and those that Reader has received.
   */
  readonly sent = new Set<string>();
  readonly read = new Set<string>();

  /** Whether there is something to check. */
  get hasAll(): boolean {
    return this.stored.size > 0 && this.read.size > 0 && this.accounts.size > 0;
  }
}

const digits = (password: string) =>
  decodeText(Peer.login(0, password, 0).subarray(10));

/** Works until the server is gone. */
type Worker = (server: TestServer, told: Promises) => Promise<void>;

const connect = (server: TestServer) => Peer.connect(server.ready.chat);

const register: Worker = async (server, told) => {
  for (let n = 0;; n++) {
    const peer = await connect(server);
    await peer.send("CLIENT_HELLO", u32(0));
    await peer.expect("HELLO");
    const password = `pass${n}word`.slice(0, 12);
    const nickname = `New ${crypto.randomUUID().slice(0, 18)}`;
    await peer.send(
      "REGISTER",
      `nickname=${nickname}\npassword=${digits(password)}\n`,
    );
    const answer = await peer.expect("FEEDBACK");
    assert.deepEqual([...answer.subarray(2, 4)], [0, 0], decodeText(answer));
    const uid = new DataView(answer.buffer, answer.byteOffset).getUint32(4);
    told.accounts.set(uid, password);
    peer.close();
  }
};

const write: Worker = async (server, told) => {
  const peer = await (await connect(server)).signOn(WRITER);
  for (let n = 0;; n++) {
    const batch = Array.from({ length: 5 }, () => crypto.randomUUID());
    for (const text of batch) {
      await peer.send("IM_OUT", u32(SINK), text);
      await peer.send("IM_OUT", u32(READER), text);
    }
    await peer.settled();
    for (const text of batch) {
      told.stored.add(text);
      told.sent.add(text);
    }
    peer.inbox.length = 0;
  }
};

/** Signs on, reads waiting and new messages, and leaves. */
const read: Worker = async (server, told) => {
  for (;;) {
    const peer = await connect(server);
    try {
      await peer.signOn(READER);
      await new Promise((go) => setTimeout(go, 20 * Math.random()));
      // The client signs off and reads what is still on its way; for a client
      // that vanishes, the fate of bytes in the kernel's buffers is unknown.
      await peer.send("BYE");
      await peer.ended();
    } finally {
      await peer.ended().catch(() => {});
      peer.close();
      for (const { type, payload } of peer.inbox) {
        if (type === SERVER_TYPES.IM_IN.type) {
          told.read.add(decodeText(payload.subarray(4)));
        } else if (type === SERVER_TYPES.NEW_STYLE_IM.type) {
          told.read.add(decodeText(payload).split("\nmsg=")[1] ?? "");
        }
      }
    }
  }
};

const moderate: Worker = async (server, told) => {
  const peer = await (await connect(server)).signOn(ADA);
  await peer.join(OAK);
  await peer.send("GET_ADMIN_INFO", u32(OAK));
  await peer.expect("ROOM_ADMIN_INFO");
  for (const uid of told.accounts.keys()) {
    const name = nicknameOf(server, uid);
    if (told.banned.has(name)) continue;
    await peer.send("BAN_BY_NICKNAME", u32(OAK), name);
    await peer.expect(
      "ROOM_ADMIN_INFO",
      (info) => decodeText(info).includes(`${uid},`),
    );
    told.banned.add(name);
    await peer.send("ADD_PAL", u32(uid));
    await peer.expect(
      "BUDDY_LIST",
      (list) => decodeText(list).includes(`uid=${uid}\n`),
    );
    told.pals.add(uid);
  }
};

const changePasswords: Worker = async (server, told) => {
  for (const [uid, old] of told.accounts) {
    const peer = await (await connect(server)).signOn(uid, old);
    await peer.send("PASSWORD_CHANGE_ASK", u32(uid));
    const key = await peer.expect("PASSWORD_RESET_OFFSET");
    const offset = Number(decodeText(key.subarray(4, 7))) - 509;
    const fresh = `new${uid}`;
    await peer.send(
      "PASSWORD_CHANGE",
      u32(uid),
      `${decodeText(Peer.login(0, old, offset).subarray(10))}\n${
        digits(fresh)
      }`,
    );
    // Until the answer arrives, either password may be valid.
    told.accounts.delete(uid);
    const answer = await peer.expect(
      "FEEDBACK",
      (payload) =>
        new DataView(payload.buffer, payload.byteOffset).getInt16(0) === -1160,
    );
    assert.equal(answer[3], 0, decodeText(answer));
    told.accounts.set(uid, fresh);
    peer.close();
  }
};

function query<Row>(
  server: TestServer,
  sql: string,
  ...values: (string | number)[]
): Row[] {
  const db = new DatabaseSync(join(server.data, "retropal.db"), {
    readOnly: true,
  });
  try {
    return db.prepare(sql).all(...values) as Row[];
  } finally {
    db.close();
  }
}

const nicknameOf = (server: TestServer, uid: number) =>
  query<{ nickname: string }>(
    server,
    "SELECT nickname FROM users WHERE uid = ?",
    uid,
  )[0]!.nickname;

async function check(server: TestServer, told: Promises): Promise<void> {
  const [found] = query<object>(server, "PRAGMA integrity_check");
  assert.deepEqual({ ...found }, { integrity_check: "ok" });
  assert.deepEqual(query(server, "PRAGMA foreign_key_check"), []);

  const bodies = (uid: number) =>
    new Set(
      query<{ body: Uint8Array }>(
        server,
        "SELECT body FROM offline_messages WHERE receiver = ?",
        uid,
      ).map(({ body }) => decodeText(body)),
    );
  const stored = bodies(SINK);
  for (const text of told.stored) {
    assert.ok(stored.has(text), "a stored message is gone");
  }
  const waiting = bodies(READER);
  for (const text of told.sent) {
    assert.ok(
      told.read.has(text) || waiting.has(text),
      "a message is neither read nor waiting",
    );
  }
  const banned = new Set(
    query<{ nickname: string }>(
      server,
      "SELECT nickname FROM group_bans JOIN users USING (uid) WHERE gid = ?",
      OAK,
    ).map(({ nickname }) => nickname),
  );
  for (const name of told.banned) {
    assert.ok(banned.has(name), `${name} is not banned`);
  }
  const pals = new Set(
    query<{ pal: number }>(server, "SELECT pal FROM buddies WHERE uid = ?", ADA)
      .map(({ pal }) => pal),
  );
  for (const uid of told.pals) assert.ok(pals.has(uid), `${uid} is no pal`);

  const some = [...told.accounts].slice(-10);
  for (const [uid, password] of some) {
    const peer = await (await connect(server)).signOn(uid, password);
    await peer.send("ROOM_JOIN", u32(OAK), u16(0), u32(0x82a));
    if (told.banned.has(nicknameOf(server, uid))) {
      await peer.refused("ROOM_JOIN");
    }
    peer.close();
  }
}

Deno.test("what clients were told holds after the process is killed at any moment", async () => {
  let server = await TestServer.start({
    users: USERS,
    settings: {
      "auth.scrypt_log2n": "1",
      "auth.registration": "open",
      "limits.registrations_per_address": "100000",
      "limits.packet_burst": "10000",
      "limits.offline_messages_per_user": "1000000",
      "limits.offline_messages_per_sender": "1000000",
      "limits.audited_per_minute": "1000000",
    },
  });
  const told = new Promises();
  let reached = 0;
  try {
    await server.run("user", "set", "Ada", "--role", "superadmin");
    for (let n = 0; n < KILLS; n++) {
      const workers = [register, write, read, moderate, changePasswords].map(
        (work) =>
          work(server, told).catch((error) => {
            // The server is gone, which is how every worker ends.
            if (error instanceof assert.AssertionError) throw error;
          }),
      );
      // The first one lives until clients were told something of each kind.
      const deadline = Date.now() + START_MS;
      while (!told.hasAll && Date.now() < deadline) {
        await new Promise((go) => setTimeout(go, 20));
      }
      await new Promise((go) => setTimeout(go, 150 + 700 * Math.random()));
      await server.kill9();
      await Promise.all(workers);
      server = await server.restart();
      await check(server, told);
      reached++;
    }
    assert.ok(told.hasAll);
  } finally {
    await server[Symbol.asyncDispose]();
  }
  assert.equal(reached, KILLS);
});

Deno.test("a server killed while it makes or upgrades its database starts again", async () => {
  const data = await Deno.makeTempDir({ prefix: "retropal-kill-" });
  try {
    for (let n = 0; n < KILLS; n++) {
      const folder = join(data, String(n));
      const serve = serveBriefly(folder);
      // On a busy machine a process may take long to get this far.
      await waitForFile(join(folder, "retropal.db"));
      await new Promise((go) => setTimeout(go, 200 * Math.random()));
      serve.kill("SIGKILL");
      await serve.status;
      const { code, out, err } = await runCli([
        "user",
        "list",
        "--data",
        folder,
      ]);
      assert.equal(code, 0, out + err);
    }
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

async function waitForFile(path: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (await Deno.stat(path).catch(() => undefined) === undefined) {
    assert.ok(Date.now() < deadline, `${path} was not made`);
    await new Promise((go) => setTimeout(go, 5));
  }
}

function serveBriefly(folder: string): Deno.ChildProcess {
  const main = new URL("../../main.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      main,
      "serve",
      "--data",
      folder,
      "--bind",
      "127.0.0.1",
      "--chat-port",
      "0",
      "--voice-port",
      "0",
      "--video-port",
      "0",
      "--no-web",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}
