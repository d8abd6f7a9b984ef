/**
 * This server's answers to the real client's own frames, byte for byte
 * (docs/protocol.md, "Sign-on" to "Moderation").
 */
import assert from "node:assert/strict";
import { SERVER_TYPES as S } from "../../lib/protocol/packet_types.ts";
import type { Frame } from "../../lib/protocol/frame.ts";
import { type CapturedFrame, readCapture } from "../support/capture.ts";
import {
  CAPTURED_KEY,
  CAPTURED_NAMES,
  expected,
  ReplayedConnection,
  shown,
} from "../support/replay.ts";
import { type ServerOptions, TestServer } from "../support/server.ts";

const NET_STORM = 1000002;
const GREETING = expected(S.HELLO.type, "'Hello-From:PaLTALK'");
const ANSWER_TO_NAME = expected(
  S.UIN_RESPONSE.type,
  "'uid=1000002\nnickname=NetStorm\n'",
);
const NOT_COMPLETE = expected(S.LOGIN_NOT_COMPLETE.type, "");
const KEY_551 = expected(
  S.SERVER_KEY.type,
  "587946a6 353531 343733333132353138",
);

function start(options: ServerOptions = {}): Promise<TestServer> {
  return TestServer.start({
    users: CAPTURED_NAMES,
    ...options,
    settings: { "auth.server_key": CAPTURED_KEY, ...options.settings },
  });
}

/** Returns the client's frames of one captured connection. */
function sentBy(capture: string, connection: string): CapturedFrame[] {
  const frames = readCapture(capture).frames.filter((frame) =>
    frame.connection === connection && frame.direction === "C>S"
  );
  assert.ok(frames.length > 0);
  return frames;
}

/** Returns the frames of this type, in order. */
function ofType(frames: readonly CapturedFrame[], type: number) {
  return frames.filter((frame) => frame.type === type);
}

function assertFrames(actual: readonly Frame[], wanted: readonly string[]) {
  assert.deepEqual(actual.map(shown), wanted);
}

const text = ({ payload }: Frame) =>
  new TextDecoder("windows-1252").decode(payload);

Deno.test("the captured sign-on is answered step by step", async () => {
  await using server = await start();
  const capture = "a-login-verifiable-key";
  const first = await ReplayedConnection.open(server);
  const [hello, getUin] = sentBy(capture, "CHAT#9");
  assertFrames(await first.play(hello!), [GREETING]);
  assertFrames(await first.play(getUin!), [ANSWER_TO_NAME]);
  await first.close();

  const second = await ReplayedConnection.open(server);
  const [again, lymerick, login, ...rest] = sentBy(capture, "CHAT#10");
  assertFrames(await second.play(again!), [GREETING]);
  assertFrames(await second.play(lymerick!), [NOT_COMPLETE, KEY_551]);
  const [reply, userData, ...answers] = await second.play(login!);
  assertFrames([reply!], [
    expected(S.LOGIN_REPLY.type, "000f4242 00000001"),
  ]);
  assert.equal(userData!.type, S.USER_DATA.type);
  assert.match(text(userData!), /^uid=1000002\nnickname=NetStorm\npaid1=/);
  const categories = answers.pop()!;
  assertFrames(answers, [
    expected(S.FEEDBACK.type, "fb84 0000"),
    expected(S.BUDDY_LIST.type, "'uid=1000001\nnickname=Paltalk' c8"),
    expected(S.BLOCKED_BUDDIES.type, ""),
    expected(S.STATUS_CHANGE.type, "000f4241 0000001e"),
    expected(S.AD_ROTATION.type, "7fff 'C'"),
    expected(S.AD_ROTATION.type, "7fff 'G'"),
    expected(S.LOGIN_UNKNOWN.type, ""),
  ]);
  assert.equal(categories.type, S.CATEGORY_LIST.type);
  assert.match(text(categories), /^code=30001\nvalue=Top Rooms\nlist=2\u00c8/);
  assert.equal(text(categories).split("\u00c8").length, 30);
  for (const frame of rest) assertFrames(await second.play(frame), []);
  await second.close();
});

Deno.test("a name that nobody has is answered with uid 0", async () => {
  await using server = await start();
  const connection = await ReplayedConnection.open(server);
  const nobody = readCapture("b-1-signon").frames.find(({ type, payload }) =>
    type === -1131 && payload.length === 10
  )!;
  await connection.play(sentBy("b-1-signon", "CHAT#1")[0]!);
  const [answer] = await connection.play(nobody);
  assert.match(text(answer!), /^uid=0\n/);
  await connection.close();
});

Deno.test("a captured wrong password is refused with a sentence, then closed", async () => {
  await using server = await start();
  const connection = await ReplayedConnection.open(server);
  const [hello, lymerick, wrong] = sentBy("b-1-signon", "CHAT#2");
  await connection.play(hello!);
  await connection.play(lymerick!);
  const [refusal, ...more] = await connection.play(wrong!);
  assert.deepEqual(more, []);
  assert.equal(refusal!.type, S.FEEDBACK.type);
  assert.match(shown(refusal!), /^100 fb840001/);
  assert.match(text(refusal!).slice(4), /^[A-Z].*password.*\.$/);
  await connection.closed;
});

Deno.test("the literal key is followed by one that can be read", async () => {
  await using server = await start({
    settings: { "auth.send_literal_key_first": "true" },
  });
  const connection = await ReplayedConnection.open(server);
  const [hello, lymerick, first, second] = sentBy("b-2-twokey", "CHAT#18");
  await connection.play(hello!);
  assertFrames(await connection.play(lymerick!), [
    NOT_COMPLETE,
    expected(S.SERVER_KEY.type, "587946a6 313634 343733333132353138"),
  ]);
  assertFrames(await connection.play(first!), [KEY_551]);
  const answers = await connection.play(second!);
  assert.equal(answers[1]!.type, S.USER_DATA.type);
  await connection.close();
});

Deno.test("the seed's key as a setting is followed by a readable one too", async () => {
  await using server = await start({
    settings: { "auth.server_key": "XyF\u00a6164473312518" },
  });
  await using client = await server.signOn("NetStorm");
  assert.equal(client.uid, NET_STORM);
});

Deno.test("the captured join is answered in the client's order", async () => {
  await using server = await start();
  await server.run(
    "room",
    "set",
    "50005",
    "--name",
    "Oak",
    "--category",
    "30018",
  );
  await server.run(
    "room",
    "set",
    "50005",
    "--banner",
    "Topic",
    "--welcome",
    "",
  );
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  const [join] = ofType(sentBy("a-rooms-chat-voice", "CHAT#2"), -310);
  const answers = await connection.play(join!);
  const { payload } = answers.find(({ type }) =>
    type === S.ROOM_MEDIA_SERVER.type
  )!;
  const told = new DataView(payload.buffer, payload.byteOffset).getUint32(8);
  assert.ok(server.voicePorts.includes(told));
  const port = told.toString(16).padStart(8, "0");
  const [, rating, welcome] = answers;
  assertFrames(answers, [
    expected(
      S.ROOM_JOINED.type,
      "0000c355 0003 0000 0000 0000 7542 0000 0004 0006 0003 47 'Oak'",
    ),
    shown(rating!),
    shown(welcome!),
    expected(S.ROOM_BANNER.type, "0000c355 00000000 'Topic'"),
    expected(
      S.ROOM_USER_LIST.type,
      "'group_id=50005\nuid=1000002\nnickname=NetStorm\nadmin=0\n" +
        "color=000000000\nmic=1\npub=N\naway=0' c8",
    ),
    expected(S.ROOM_MEDIA_SERVER.type, `0000c355 7f000001 ${port} ${port}`),
  ]);
  // "Paltalk:" and "Welcome Msg:".
  const lines = [[rating!, "00000000"], [welcome!, "fffffffe"]] as const;
  for (const [line, uid] of lines) {
    assert.equal(line.type, S.ROOM_MESSAGE_IN.type);
    assert.equal(shown(line).slice(0, 20), `350 0000c355${uid}`);
  }
  assert.match(text(rating!), /rated G/);
  assert.match(text(welcome!), /NetStorm.*Oak/);
  await connection.close();
});

Deno.test("captured hands and requests for lists get exact answers", async () => {
  await using server = await start();
  await server.run("room", "set", "50003", "--lockword", "tiger");
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  await connection.join(50005);
  const frames = sentBy("a-rooms-chat-voice", "CHAT#2");
  const [raise] = ofType(frames, -398);
  assertFrames(await connection.play(raise!), [
    expected(S.HAND_UP.type, "0000c355 000f4242"),
  ]);
  const [lower] = ofType(sentBy("a-rooms-chat-voice", "CHAT#4"), -399);
  assertFrames(await connection.play(lower!), [
    expected(S.HAND_DOWN.type, "0000c355 000f4242"),
  ]);
  const [, rooms] = ofType(frames, -330);
  assertFrames(await connection.play(rooms!), [
    expected(
      S.ROOM_LIST.type,
      "'catg=30003\n' c8 'id=50002\nnm=Help Desk\n#=0\nv=0\nl=0\nr=G\np=0\n" +
        "c=000000000' c8 'id=50003\nnm=Sound Check\n#=0\nv=1\nl=1\nr=G\np=0\n" +
        "c=000000000' c8 'id=600\nnm=New User Voice Group\n#=0\nv=1\nl=0\nr=G\n" +
        "p=0\nc=000000000' c8",
    ),
  ]);
  await connection.close();
});

Deno.test("captured searches are answered, with hits or without", async () => {
  await using server = await start();
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  const capture = "a-stranger-im-search-addpal";
  const frames = sentBy(capture, "CHAT#12");
  const [exact] = ofType(frames, -69);
  assertFrames(
    (await connection.play(exact!)).filter(({ type }) =>
      type === S.SEARCH_ERROR.type || type === S.SEARCH_RESPONSE.type
    ),
    [
      expected(
        S.SEARCH_RESPONSE.type,
        "'uid=1000003\nnickname=Dan\nfirst=\nlast=' c8",
      ),
    ],
  );
  const [, none] = ofType(sentBy("b-10-search", "CHAT#18"), -69);
  assertFrames(await connection.play(none!), [
    expected(S.SEARCH_ERROR.type, ""),
  ]);
  const [add] = ofType(frames, -67);
  assertFrames(await connection.play(add!), [
    expected(S.BUDDY_LIST.type, "'uid=1000004\nnickname=Bob' c8"),
    expected(S.STATUS_CHANGE.type, "000f4244 00000000"),
  ]);
  const [ask] = ofType(frames, -68);
  assertFrames(await connection.play(ask!), [
    expected(S.USER_INFO.type, "'uid=1000003\nnickname=Dan\nfirst=\nlast=\n'"),
    expected(S.STATUS_CHANGE.type, "000f4243 00000000"),
  ]);
  await connection.close();
});

Deno.test("captured creations open the room as its admin", async () => {
  await using server = await start();
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  const [plain, priv, locked, voice] = ofType(
    sentBy("b-6-create", "CHAT#18"),
    -300,
  );
  const gids = [];
  for (
    const [frame, after] of [
      [plain, "0000 0001 0000 0000 7542 0000 0004 0006 0003 47 'Caf Text'"],
      [priv, "0005 0001 0000 0000 7542 0000 0004 0006 0003 41 'PrivA'"],
      [locked, "0003 0001 0001 0000 7542 0000 0004 0006 0003 52 'VoiceR Lock'"],
      [voice, "0001 0001 0000 0000 7542 0000 0004 0006 0003 47 'PrivV'"],
    ] as const
  ) {
    const answers = await connection.play(frame!);
    const joined = answers.find(({ type }) => type === S.ROOM_JOINED.type)!;
    const gid = shown(joined).slice("310 ".length, "310 ".length + 8);
    gids.push(gid);
    assert.equal(shown(joined), expected(S.ROOM_JOINED.type, gid + after));
  }
  assert.equal(new Set(gids).size, 4);
  await connection.close();
});

Deno.test("the captured admin's console is answered in its exact shape", async () => {
  await using server = await start();
  await server.run(
    "room",
    "add",
    "Own",
    "--owner",
    "NetStorm",
    "--type",
    "text",
  );
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  await connection.join(50008);
  const frames = sentBy("b-4-room-admin", "CHAT#18");
  const console = (switches: string, ban: string) => [
    expected(
      S.ROOM_ADMIN_INFO.type,
      `'group=50008\n${switches}\nbounce=\n' c8 'ban=${ban}\n'`,
    ),
  ];
  const [info] = ofType(frames, -900);
  const all = "mike=1\ntext=0\nvideo=0";
  assertFrames(await connection.play(info!), console(all, ""));
  const [off, on] = ofType(frames, -932);
  assertFrames(
    await connection.play(off!),
    console("mike=0\ntext=0\nvideo=0", ""),
  );
  assertFrames(await connection.play(on!), console(all, ""));
  const [text] = ofType(frames, -930);
  assertFrames(
    await connection.play(text!),
    console("mike=1\ntext=1\nvideo=0", ""),
  );
  const [video] = ofType(frames, -931);
  const switched = "mike=1\ntext=1\nvideo=1";
  assertFrames(await connection.play(video!), console(switched, ""));
  const [ban] = ofType(frames, -922);
  assertFrames(await connection.play(ban!), console(switched, "1000003,Dan"));
  const [, clear] = ofType(frames, -921);
  assertFrames(await connection.play(clear!), console(switched, ""));
  const [mics] = ofType(frames, -355);
  assertFrames(await connection.play(mics!), [
    expected(S.MICS_TOGGLED.type, "0000c358 0000 000f4242"),
  ]);
  const [close] = ofType(frames, -940);
  const [closed] = await connection.play(close!);
  assert.match(shown(closed!), /^380 0000c358000f4242/);
  await connection.close();
});

Deno.test("the captured password change is refused once, then accepted", async () => {
  // The key of the change is the start of the template: number 609, as
  // captured.
  await using server = await start({
    settings: { "auth.server_key": "XyF\u00a6609473312518" },
  });
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  const frames = sentBy("b-12-userinfo", "CHAT#18");
  const [ask] = ofType(frames, -1150);
  const [change] = ofType(frames, -1160);
  assertFrames(await connection.play(ask!), [
    expected(S.PASSWORD_RESET_OFFSET.type, "587946a6 363039 3437333331"),
  ]);
  assertFrames(await connection.play(change!), [
    expected(S.FEEDBACK.type, "fb78 0000"),
  ]);
  await connection.play(ask!);
  const [refused] = await connection.play(change!);
  assert.match(shown(refused!), /^100 fb780001/);
  for (const hint of ofType(frames, -71)) {
    assertFrames(await connection.play(hint), []);
  }
  await connection.close();
  await using again = await server.signOn("NetStorm", {
    password: "newpass22",
  });
  assert.equal(again.uid, NET_STORM);
});

Deno.test("away and back are told to the client itself, eight bytes each", async () => {
  await using server = await start();
  const connection = await ReplayedConnection.open(server);
  await connection.signOn(NET_STORM);
  const frames = sentBy("a-away-status-im", "CHAT#8");
  const [away] = ofType(frames, -600);
  const [back] = ofType(frames, -610);
  assertFrames(await connection.play(away!), [
    expected(S.STATUS_CHANGE.type, "000f4242 00000046"),
  ]);
  assertFrames(await connection.play(back!), [
    expected(S.STATUS_CHANGE.type, "000f4242 0000001e"),
  ]);
  await connection.close();
});
