import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ClientTypeName } from "../../lib/protocol/packet_types.ts";
import { encodeFrame } from "../../lib/protocol/frame.ts";
import { encodeHello } from "../../lib/protocol/rtp.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { Peer, u16, u32 } from "../reliability/support/peer.ts";
import { Stage, VOICE_ROOM } from "./stage.ts";

const QUICK = {
  config: {
    "limits.packets_per_second": 100_000,
    "limits.packet_burst": 100_000,
    "limits.answer_bytes_per_second": 1_000_000,
    "auth.registration": "open",
    "limits.registrations_per_address": 1000,
  },
};

const SQL = [
  "'; DROP TABLE users; --",
  "' OR '1'='1",
  '" OR ""="',
  "1); DELETE FROM offline_messages; --",
  "\\'; UPDATE users SET role = 3; --",
  "%' AND 1=1 --",
  "x' UNION SELECT password_hash FROM users --",
  "$1 ? :name @name",
  "\0'; DROP TABLE users; --",
];

/** Returns every text field of every packet, containing `text`. */
function fields(
  text: string,
  stage: Stage,
): [ClientTypeName, ...(string | number[])[]][] {
  const gid = u32(VOICE_ROOM);
  const bob = u32(stage.bob.uid);
  return [
    ["IM_OUT", bob, text],
    ["IM_OUT", u32(1000001), `/kick ${text}`],
    ["IM_OUT", u32(1000001), text],
    [
      "USER_PROFILE_UPDATE",
      `first=${text}\nlast=${text}\nemail=${text}\nstreet=${text}\nsex=${text}\n`,
    ],
    ["USER_SEARCH", `nickname=${text}\n`],
    [
      "USER_SEARCH",
      `exnick=${text}\nemail=${text}\nfirst=${text}\nlast=${text}\n`,
    ],
    ["PASSWORD_HINT", u16(0), `\n${text}`],
    ["EMAIL_INVITE", `email=a@${text.replaceAll(/\s/g, "")}\norigin=1\n`],
    [
      "ROOM_CREATE",
      u16(0),
      u16(0),
      u16(30018),
      u32(0x82a),
      "G",
      `${text}\n${text}`,
    ],
    ["ROOM_JOIN", gid, u16(0), u32(0x82a), text],
    ["ROOM_JOIN_BY_NAME", `aff=0\nname=${text}\nlock=${text}\n`],
    ["ROOM_MESSAGE_OUT", gid, text],
    ["ROOM_MESSAGE_OUT", gid, `/w ${text}: ${text}`],
    ["ROOM_BANNER_MESSAGE", gid, text],
    ["BOUNCE_REASON", gid, bob, text],
    ["BAN_BY_NICKNAME", gid, text],
    ["ALERT_ADMIN", gid, bob, text],
    ["AWAY_MODE", text],
    ["SET_PRIVACY", text],
  ];
}

/** Sends `text` in every field, including those of sign-on and registration. */
async function everywhere(stage: Stage, text: string): Promise<void> {
  for (const [name, ...parts] of fields(text, stage)) {
    await stage.eve.send(name, ...parts);
  }
  await stage.eve.settled();
  for (
    const [name, ...parts] of [
      ["GET_UIN", u32(1), text],
      [
        "REGISTER",
        `nickname=${text}\nfirst=${text}\nemail=${text}\npassword=${
          decodeText(Peer.login(0, "secret11", 0).subarray(10))
        }\nreferred=${text}\n`,
      ],
      ["LOGIN", u32(stage.ann.uid), text],
    ] as [ClientTypeName, ...(string | number[])[]][]
  ) {
    const peer = await stage.stranger();
    await peer.send("CLIENT_HELLO", u32(0));
    await peer.expect("HELLO");
    await peer.send(name, ...parts);
    await peer.send("BYE");
    await peer.ended();
  }
}

Deno.test("attack 61: SQL in every text field", async () => {
  await using stage = await Stage.start(QUICK);
  const { rig } = stage;
  const hash = rig.store.accounts.get(stage.ann.uid)!.passwordHash;
  for (const text of SQL) await everywhere(stage, text);
  rig.store.flush();
  const db = new DatabaseSync(join(rig.folder, "retropal.db"), {
    readOnly: true,
  });
  const [check] = db.prepare("PRAGMA integrity_check").all();
  const staff = db.prepare(
    "SELECT count(*) AS n FROM users WHERE role > 0 AND uid <> 1000001",
  ).get();
  db.close();
  assert.deepEqual({ ...check }, { integrity_check: "ok" });
  assert.deepEqual({ ...staff }, { n: 0 });
  const seen = stage.eve.inbox.map(({ payload }) => decodeText(payload));
  assert.ok(!seen.some((text) => text.includes(hash)));
  await stage.undisturbed();
});

Deno.test("attack 62: lines, colours and fields of one's own in the log", async () => {
  await using stage = await Stage.start(QUICK);
  const forged = [
    "x\n2026-01-01T00:00:00.000Z INFO    chat: signed on nickname=Ann",
    "x\r\nroot: access granted",
    "\x1b[2J\x1b[31mowned\x1b[0m",
    '","level":"error","message":"forged"}',
    "x\u0085y",
    "{address} {nickname}",
  ];
  for (const text of forged) await everywhere(stage, text);
  for (const line of stage.rig.lines) {
    // Each line is one object in printable characters.
    // deno-lint-ignore no-control-regex -- those are what is looked for
    assert.match(line, /^\{[^\n\r\x1b\x85]*\}\n$/);
    const { level, message } = JSON.parse(line);
    assert.ok(message !== "forged" && level !== "forged");
  }
  await stage.undisturbed();
});

Deno.test("attack 63: separators and empty values in every field cannot break another's client", async () => {
  await using stage = await Stage.start(QUICK);
  for (
    const text of [
      "\xc8uid=1\nnickname=Paltalk\xc8",
      "a=b=c\nuid=1000001\nadmin=3",
      "\n\n\n",
      "=",
      "",
      "\xc8\xc8\xc8",
      "\0\0\0\0",
      "x".repeat(1900),
    ]
  ) await everywhere(stage, text);
  // Bob requests everything that Eve could have changed.
  const { bob, eve } = stage;
  await bob.send("ADD_PAL", u32(eve.uid));
  await bob.send("REQUEST_USER", u32(eve.uid));
  await bob.send("USER_SEARCH", "nickname=e\n");
  for (let id = 0; id < 2; id++) {
    await bob.send("REFRESH_CATEGORIES", u32(1), u32(id), u32(id * 30018));
  }
  await bob.settled();
  await stage.undisturbed();
});

Deno.test("attack 64: make the log tell a password or somebody's words", async () => {
  await using stage = await Stage.start(QUICK);
  const { ann, bob, eve, rig } = stage;
  const words = "a very private sentence";
  const { uid } = rig.user("Absent");
  await ann.send("IM_OUT", u32(bob.uid), words);
  await ann.send("IM_OUT", u32(uid), words);
  await ann.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), words);
  await ann.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), `/w Bob: ${words}`);
  await ann.send("AWAY_MODE", words);
  await ann.send("ALERT_ADMIN", u32(VOICE_ROOM), u32(bob.uid), words);
  await ann.send("IM_OUT", u32(1000001), words);
  await ann.send("PASSWORD_HINT", u16(0), `\n${words}`);
  await ann.send(
    "ROOM_CREATE",
    u16(0),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    `Den\n${words}`,
  );
  await eve.send("ROOM_JOIN_BY_NAME", `aff=0\nname=Den\nlock=${words} not\n`);
  await eve.settled();
  await ann.settled();
  const password = "my-Passw0rd";
  const peer = await stage.stranger();
  const offset = await peer.greet(ann.uid);
  const login = Peer.login(ann.uid, password, offset);
  await peer.write(login);
  await peer.refused("LOGIN");
  const log = rig.lines.join("");
  assert.ok(!log.includes("private sentence"));
  assert.ok(!log.includes(password));
  assert.ok(!log.includes(decodeText(login.subarray(10))));
  assert.ok(!log.includes("$scrypt"));
  await stage.undisturbed();
});

Deno.test("attack 65: fill the disk with what is kept", async () => {
  await using stage = await Stage.start(QUICK);
  const { eve, rig } = stage;
  for (let n = 0; n < 2000; n++) {
    await eve.send("EMAIL_INVITE", `email=victim${n}@example.org\norigin=1\n`);
    await eve.send("ALERT_ADMIN", u32(VOICE_ROOM), u32(0), `help ${n}`);
  }
  await eve.settled();
  assert.ok(rig.store.emailInvites.list(eve.uid).length <= 100);
  assert.ok(
    rig.store.audit.list({ action: "alert", limit: 5000 }).length <= 200,
  );
  await stage.undisturbed();
});

Deno.test("attack 66: make the server remember what it need not", async () => {
  await using stage = await Stage.start(QUICK);
  const { eve } = stage;
  for (let uid = 2_000_000; uid < 2_005_000; uid++) {
    await eve.send("IM_OUT", u32(uid), "x");
    await eve.send("REQUEST_USER", u32(uid));
    await eve.send("ADD_PAL", u32(uid));
    await eve.send("IGNORE_MEMBER", u32(VOICE_ROOM), u32(uid), u16(1));
    await eve.send("BOUNCE_REASON", u32(uid), u32(uid), "x".repeat(1000));
    if (uid % 100 === 0) {
      await eve.settled();
      eve.inbox.length = 0;
    }
  }
  await eve.settled();
  await stage.undisturbed();
});

Deno.test("attack 74: fill the log with datagrams from a thousand forged addresses", async () => {
  await using stage = await Stage.start();
  const { rig } = stage;
  const before = stage.status.totals.voiceFramesDropped;
  const [hostname = "", port] = rig.server.voice.split(":");
  for (let n = 0; n < 1000; n++) {
    const from = `127.7.${n >> 8}.${n & 255}`;
    const socket = Deno.listenDatagram({
      transport: "udp",
      hostname: from,
      port: 0,
    });
    await socket.send(encodeHello(VOICE_ROOM, stage.ann.uid), {
      transport: "udp",
      hostname,
      port: Number(port),
    });
    socket.close();
  }
  await rig.until(
    () => stage.status.totals.voiceFramesDropped >= before + 100,
    "datagrams",
  );
  const lines = rig.lines.filter((line) => line.includes("voice refused"));
  assert.ok(lines.length > 0 && lines.length <= 60, `${lines.length} lines`);
  await stage.undisturbed();
});

Deno.test("attack 79: fill the log with packets that are wrong", async () => {
  await using stage = await Stage.start(QUICK);
  const { eve, rig } = stage;
  const before = rig.lines.length;
  const stranger = await stage.stranger();
  for (let n = 0; n < 200; n++) {
    for (const peer of [eve, stranger]) {
      await peer.write(encodeFrame(-31999, new Uint8Array(3)));
      await peer.send("ROOM_LEAVE", []);
      await peer.send("ROOM_JOIN", u32(60_000), u16(0), u32(0x82a));
    }
  }
  await eve.settled();
  const written = rig.lines.slice(before)
    .filter((line) => !line.includes('"debug"'));
  assert.ok(written.length >= 20 && written.length <= 60, `${written.length}`);
  await stage.undisturbed();
});
