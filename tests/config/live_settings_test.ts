/**
 * Changes each live setting on a running server and checks that the behaviour
 * changes. A setting without a row here fails the last test.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type Config,
  defaultConfig,
  SETTINGS,
  valueAt,
} from "../../lib/config/config.ts";
import { LiveConfig } from "../../lib/config/live_config.ts";
import { videoLimits } from "../../lib/video/limits.ts";
import { voiceLimits } from "../../lib/voice/limits.ts";
import type { Value } from "../../lib/config/setting.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { packet, Peer, u16, u32 } from "../reliability/support/peer.ts";
import { Rig } from "../reliability/support/rig.ts";
import { VOICE_ROOM, VoicePeer } from "../hostile/stage.ts";

type Settings = Readonly<Record<string, Value>>;

interface Row {
  /** Initial settings, where the defaults are unsuitable. */
  readonly start?: Settings;
  /** Value after the change. */
  readonly to: Value;
  /** Checks the behaviour before and after `change`. */
  scene(rig: Rig, change: () => void): Promise<void>;
}

/** Settings whose own tests change them on a running server. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "limits.registrations_per_address": "lib/actions/sign_on_guard_test.ts",
  "limits.video_publishers": "lib/chat/handlers/video_test.ts",
  "limits.video_viewers": "lib/chat/handlers/video_test.ts",
  "limits.video_views": "lib/chat/handlers/video_test.ts",
  "server.contact": "lib/web/mail_test.ts",
  "mail.host": "lib/mail/mail_test.ts",
  "mail.port": "lib/mail/mail_test.ts",
  "mail.tls": "lib/mail/mail_test.ts",
  "mail.ca": "lib/mail/mail_test.ts",
  "mail.user": "lib/mail/mail_test.ts",
  "mail.password": "lib/mail/mail_test.ts",
  "mail.from": "lib/mail/mail_test.ts",
  "web.staff_two_step": "lib/web/desk/upload_test.ts",
  "moderation.words_in_names": "lib/web/register_page_test.ts",
  "moderation.words_in_messages": "lib/chat/room_rules_test.ts",
  "auth.approval_days": "lib/web/applications_test.ts",
  "limits.applications_per_address": "lib/web/applications_test.ts",
  "auth.reserved_names": "lib/web/register_page_test.ts",
  "moderation.complaints_per_day": "lib/commands/complaint_test.ts",
  "moderation.room_lines": "lib/chat/handlers/moderation_test.ts",
  "store.complaint_days": "lib/upkeep/housekeeping_test.ts",
  "store.session_days": "lib/upkeep/housekeeping_test.ts",
  "store.place_days": "lib/upkeep/housekeeping_test.ts",
  "store.message_days": "lib/upkeep/housekeeping_test.ts",
  "store.note_days": "lib/upkeep/housekeeping_test.ts",
  "store.statistics_days": "lib/upkeep/housekeeping_test.ts",
  "store.backup_keep": "lib/cli/backup_test.ts",
  "update.url": "lib/cli",
  "files.relay": "tests/e2e/file_relay_test.ts",
  "files.relay_bytes": "tests/e2e/file_relay_test.ts",
  "files.relay_seconds": "tests/e2e/file_relay_test.ts",
  "files.relay_at_once": "tests/e2e/file_relay_test.ts",
  "files.drop": "tests/e2e/file_drop_test.ts",
  "files.drop_url": "tests/e2e/file_drop_test.ts",
  "files.drop_hours": "tests/e2e/file_drop_test.ts",
  "files.drop_user_bytes": "tests/e2e/file_drop_test.ts",
  "files.drop_total_bytes": "tests/e2e/file_drop_test.ts",
  "server.uplink_kbit": "lib/web/setup_page_test.ts",
  "backup.nightly": "lib/upkeep/nightly_backups_test.ts",
  "backup.at": "lib/upkeep/nightly_backups_test.ts",
  "backup.copy_to": "lib/upkeep/nightly_backups_test.ts",
  "web.public_url": "tests/web/https_test.ts",
  "web.tls_cert": "tests/web/https_test.ts",
  "web.tls_key": "tests/web/https_test.ts",
  "web.tls_names": "lib/tls/certificate_keeper_test.ts",
  "web.acme_directory": "tests/web/acme_test.ts",
  "web.acme_email": "tests/web/acme_test.ts",
  "web.acme_ca": "tests/web/acme_test.ts",
  "web.hsts_seconds": "lib/web/sign_in_test.ts",
};

/**
 * Limits that a relay reads through an object of getters, which must follow the
 * configuration in force.
 */
const THROUGH_GETTERS: Readonly<
  Record<string, (config: () => Config) => number>
> = {
  "limits.voice_stuck_seconds": (config) => voiceLimits(config).stuckMs,
  "voice.queue_frames": (config) => voiceLimits(config).queueFrames,
  "limits.video_connections": (config) => videoLimits(config).connections,
  "limits.video_connections_per_second": (config) =>
    videoLimits(config).connectionsPerSecond,
  "limits.video_publisher_bytes_per_second": (config) =>
    videoLimits(config).publisherBytesPerSecond,
  "limits.video_bytes_per_second": (config) =>
    videoLimits(config).bytesPerSecond,
};

const wide = {
  "limits.packets_per_second": 10_000,
  "limits.packet_burst": 10_000,
};
const line = (to: number) => packet("IM_OUT", u32(to), "line");
const many = (count: number, bytes: Uint8Array) =>
  concat(Array.from({ length: count }, () => bytes));
const create = (name: string) =>
  packet(
    "ROOM_CREATE",
    u16(0),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    name,
  );
const over = (rig: Rig) => rig.server.live.status().totals.packetsOverRate;

/**
 * Returns a row for an action that is allowed before the change and refused
 * afterwards.
 */
function refusal(
  to: Value,
  attempt: (rig: Rig, peer: Peer, n: number) => Promise<unknown>,
  start: Settings = {},
): Row {
  return {
    to,
    start: { ...wide, ...start },
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      await attempt(rig, ann, 0);
      await ann.settled();
      const refused = () =>
        ann.inbox.filter(({ type, payload }) =>
          type === 100 && (payload[2]! | payload[3]!) !== 0
        ).length;
      const before = refused();
      change();
      await attempt(rig, ann, 1);
      await ann.settled();
      assert.equal(before, 0, "not refused before");
      assert.ok(refused() > 0, "refused after");
    },
  };
}

/**
 * Returns a row for a connection that stays open before the change and is
 * closed afterwards.
 */
function closing(to: Value, start: Settings = {}): Row {
  return {
    to,
    start,
    async scene(rig, change) {
      const first = await rig.guest("Ann");
      change();
      const second = await rig.connect();
      await second.ended();
      await first.settled();
    },
  };
}

/** Returns a row for the cost of a packet: a burst of more exceeds the rate. */
function cost(send: (peer: Peer) => Promise<unknown>, start: Settings): Row {
  return {
    to: 1000,
    start: {
      "limits.packets_per_second": 100,
      "limits.packet_burst": 100,
      ...start,
    },
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      await send(ann);
      await ann.settled();
      assert.equal(over(rig), 0);
      change();
      await send(ann);
      await rig.until(() => over(rig) > 0, "over the rate");
    },
  };
}

/** Returns a row for a packet whose answer is delayed because of its cost. */
function lateness(send: (peer: Peer) => Promise<unknown>): Row {
  return {
    to: 1000,
    start: {
      "limits.packets_per_second": 500,
      "limits.packet_burst": 500,
      "limits.search_cost": 1,
    },
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      const timed = async () => {
        const before = performance.now();
        await send(ann);
        return performance.now() - before;
      };
      const quick = await timed();
      change();
      const late = await timed();
      assert.ok(late > 800 && late > quick, `${quick} ms, then ${late} ms`);
    },
  };
}

/** Returns a row for a session that ends after some time. */
function ending(
  to: Value,
  passed: number,
  connect: (rig: Rig) => Promise<Peer>,
): Row {
  return {
    to,
    async scene(rig, change) {
      const peer = await connect(rig);
      change();
      rig.ahead += passed;
      await peer.ended();
    },
  };
}

const web: Settings = { "web.enabled": true, "web.port": 0 };
/** Returns a row for a page that differs after the change. */
function page(
  path: string,
  to: Value,
  init: RequestInit = {},
  people: readonly string[] = [],
): Row {
  return {
    to,
    start: web,
    async scene(rig, change) {
      for (const name of people) await rig.guest(name);
      const get = async () => {
        const answer = await fetch(`http://${rig.server.web}${path}`, init);
        const text = await answer.text();
        return `${answer.status} ${text.replaceAll(/[\w-]{30,}/g, "")}`;
      };
      const before = await get();
      change();
      // The front page is cached for a moment.
      let after = before;
      for (let n = 0; n < 50 && after === before; n++) {
        await new Promise((turn) => setTimeout(turn, 100));
        after = await get();
      }
      assert.notEqual(after, before);
    },
  };
}

const voiceClosed = (rig: Rig, count: number, withinMs?: number) =>
  closesOne(rig.server.voice, count, withinMs);

/** Opens silent connections. Returns whether the server closes one of them. */
async function closesOne(
  address: string,
  count: number,
  withinMs = 700,
): Promise<boolean> {
  const conns: Deno.TcpConn[] = [];
  const at = address.lastIndexOf(":");
  for (let n = 0; n < count; n++) {
    conns.push(
      await Deno.connect({
        hostname: address.slice(0, at),
        port: Number(address.slice(at + 1)),
      }),
    );
  }
  const ends = conns.map(async (conn) => {
    try {
      return await conn.read(new Uint8Array(1)) === null;
    } catch {
      return true;
    }
  });
  const late = new Promise<boolean>((done) =>
    setTimeout(() => done(false), withinMs)
  );
  const closed = await Promise.race([
    Promise.any(ends.map(async (end) => (await end) || Promise.reject())),
    late,
  ]);
  for (const conn of conns) {
    try {
      conn.close();
    } catch {
      // Closed by the server.
    }
  }
  await Promise.allSettled(ends);
  return closed;
}

function voiceLimit(to: Value, count = 6): Row {
  return {
    to,
    async scene(rig, change) {
      assert.equal(await voiceClosed(rig, count), false);
      change();
      assert.equal(await voiceClosed(rig, count), true);
    },
  };
}

function webLimit(start: Settings): Row {
  return {
    to: 4,
    start: { ...web, ...start },
    async scene(rig, change) {
      const closed = () => closesOne(rig.server.web!, 10);
      assert.equal(await closed(), false);
      change();
      assert.equal(await closed(), true);
    },
  };
}

async function timed(work: Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work;
  return performance.now() - before;
}

async function wrong(rig: Rig, uid: number): Promise<void> {
  const peer = await rig.connect();
  await peer.write(Peer.login(uid, "wrong", await peer.greet(uid)));
  await peer.refused("LOGIN");
}

/**
 * Tries two wrong passwords, then measures how long the right one of `whose`
 * account takes.
 */
function guessing(
  to: Value,
  whose: (uid: number, other: number) => number,
): Row {
  return {
    to,
    start: { "access.uncounted": [] },
    async scene(rig, change) {
      const [ann, bob] = [rig.user("Ann").uid, rig.user("Bob").uid];
      change();
      for (let n = 0; n < 2; n++) await wrong(rig, ann);
      const ms = await timed((await rig.connect()).signOn(whose(ann, bob)));
      assert.ok(ms > 300, `${ms} ms`);
    },
  };
}

/** Two users in a voice room; `hearing` counts the frames that Bob receives. */
async function voices(rig: Rig) {
  const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
  await ann.join(VOICE_ROOM);
  await bob.join(VOICE_ROOM);
  const talker = await VoicePeer.open(rig, VOICE_ROOM, ann.uid);
  const listener = await VoicePeer.open(rig, VOICE_ROOM, bob.uid);
  await rig.until(
    () => rig.server.live.status().voiceLinks.tcp === 2,
    "voice links",
  );
  return { ann, bob, talker, listener };
}

const ROWS: Readonly<Record<string, Row>> = {
  "server.name": page("/", "The Royal Oak"),
  "server.welcome": {
    to: "Be kind, {nick}.",
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      change();
      await ann.write(create("Room"));
      const told = (payload: Uint8Array) =>
        decodeText(payload).includes("Be kind, Ann.");
      await ann.until(
        () => ann.inbox.some(({ payload }) => told(payload)) || undefined,
        "the welcome",
      );
    },
  },
  "server.advertise": {
    to: "203.0.113.7",
    async scene(rig, change) {
      change();
      const at = () => rig.server.live.status().endpoints.advertised;
      await rig.until(() => at() === "203.0.113.7", "the new address");
    },
  },
  "server.advertise_private": {
    to: "192.168.7.7",
    async scene(rig, change) {
      change();
      const at = () => rig.server.live.status().endpoints.advertisedPrivate;
      await rig.until(() => at() === "192.168.7.7", "the new address");
    },
  },
  "web.show_names": page("/", true, {}, ["Zebedee"]),
  "web.staff_networks": page("/metrics", ["203.0.113.0/24"]),
  "web.trusted_proxies": page("/metrics", ["127.0.0.1"], {
    headers: { "x-forwarded-for": "192.168.1.5" },
  }),
  "auth.registration": page("/register", "open"),
  "auth.ask_hint": {
    to: true,
    async scene(rig, change) {
      const data = async () => {
        const peer = await (await rig.connect()).signOn(rig.user().uid);
        return decodeText(await peer.expect("USER_DATA")).match(/ph=(\d)/)?.[1];
      };
      const before = await data();
      change();
      assert.notEqual(await data(), before);
    },
  },
  "access.only_from": {
    to: ["203.0.113.0/24"],
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      change();
      await ann.ended();
      await (await rig.connect()).ended();
    },
  },
  "access.uncounted": {
    to: ["127.0.0.0/8"],
    start: { "access.uncounted": [], "limits.connections_per_address": 1 },
    async scene(rig, change) {
      await rig.guest("Ann");
      await (await rig.connect()).ended();
      change();
      await rig.guest("Bob");
    },
  },
  "limits.packets_per_second": {
    to: 5,
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      change();
      await bob.write(many(50, line(ann.uid)));
      await rig.until(() => over(rig) >= 30, "lines over the rate");
    },
  },
  "limits.packet_burst": {
    to: 200,
    start: { "limits.packets_per_second": 10 },
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      change();
      await bob.settled();
      rig.ahead += 60_000;
      await bob.write(many(100, line(ann.uid)));
      await bob.settled();
      assert.equal(over(rig), 0);
    },
  },
  "limits.search_cost": lateness((peer) => peer.settled()),
  "limits.join_cost": lateness(async (peer) => {
    await peer.join(VOICE_ROOM);
    await peer.send("ROOM_LEAVE", u32(VOICE_ROOM));
  }),
  "limits.answer_bytes_per_second": {
    to: 1000,
    start: wide,
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      const ask = packet("REFRESH_CATEGORIES", u32(0), u32(0));
      change();
      await ann.write(many(30, ask));
      await ann.until(() => ann.count("CATEGORY_COUNT") === 30, "answers");
      const before = performance.now();
      await ann.write(ask);
      await ann.until(() => ann.count("CATEGORY_COUNT") === 31, "one more");
      assert.ok(performance.now() - before > 300);
    },
  },
  "limits.fanout_bytes_per_second": {
    to: 1000,
    start: wide,
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      for (const peer of [ann, bob]) await peer.join(VOICE_ROOM);
      const line = packet(
        "ROOM_MESSAGE_OUT",
        u32(VOICE_ROOM),
        "x".repeat(1000),
      );
      change();
      const before = performance.now();
      await bob.write(many(12, line));
      await ann.until(
        () =>
          ann.inbox.filter(({ payload }) => decodeText(payload).endsWith("xx"))
            .length === 12,
        "all lines",
      );
      assert.ok(performance.now() - before > 500);
    },
  },
  "limits.room_create_cost": cost((peer) => peer.write(create("A")), {}),
  "limits.invite_cost": cost(
    (peer) => peer.send("INVITE_OUT", u32(VOICE_ROOM), u32(peer.uid)),
    {},
  ),
  "limits.audited_per_minute": refusal(
    1,
    async (_, peer) => {
      for (let n = 0; n < 3; n++) {
        await peer.send("EMAIL_INVITE", `email=a${n}@example.org\norigin=1\n`);
      }
    },
  ),
  "limits.email_invites_per_user": refusal(
    2,
    (_, peer, n) =>
      peer.write(many(
        1,
        concat([0, 1, 2].map((i) =>
          packet("EMAIL_INVITE", `email=a${n}${i}@example.org\norigin=1\n`)
        )),
      )),
  ),
  "limits.message_bytes": refusal(
    64,
    (_, peer) => peer.send("IM_OUT", u32(peer.uid), "x".repeat(100)),
  ),
  "limits.rooms_per_user": refusal(
    1,
    async (rig, peer) => {
      for (const { gid } of rig.store.rooms.list().slice(0, 2)) {
        await peer.send("ROOM_JOIN", u32(gid), u16(0), u32(0x82a));
        await peer.settled();
      }
      for (const { gid } of rig.store.rooms.list().slice(0, 1)) {
        await peer.send("ROOM_LEAVE", u32(gid));
      }
    },
  ),
  "limits.temporary_rooms_per_user": refusal(
    1,
    (_, peer, n) => peer.write(create(`Room ${n}`)),
  ),
  "limits.temporary_rooms_total": refusal(
    1,
    (_, peer, n) => peer.write(create(`Room ${n}`)),
  ),
  "limits.room_members": {
    to: 1,
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      await ann.join(VOICE_ROOM);
      change();
      await bob.send("ROOM_JOIN", u32(VOICE_ROOM), u16(0), u32(0x82a));
      await bob.refused("ROOM_JOIN");
    },
  },
  "limits.pals_per_user": refusal(
    1,
    (rig, peer) => peer.send("ADD_PAL", u32(rig.user().uid)),
  ),
  "limits.offline_messages_per_user": {
    to: 1,
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      const { uid } = rig.user("Bob");
      await ann.write(many(2, line(uid)));
      await ann.settled();
      assert.equal(rig.store.messages.count(uid), 2);
      change();
      await ann.write(line(uid));
      await ann.refused("IM_OUT");
    },
  },
  "limits.offline_messages_per_sender": {
    to: 1,
    async scene(rig, change) {
      const ann = await rig.guest("Ann");
      const { uid } = rig.user("Bob");
      await ann.write(many(2, line(uid)));
      await ann.settled();
      assert.equal(rig.store.messages.count(uid), 2);
      change();
      await ann.write(line(uid));
      await ann.refused("IM_OUT");
      const cat = await rig.guest("Cat");
      await cat.write(line(uid));
      await cat.settled();
      assert.equal(rig.store.messages.count(uid), 3);
    },
  },
  "limits.connections_total": closing(1),
  "limits.connections_per_address": closing(1, { "access.uncounted": [] }),
  "limits.connections_per_network": closing(1, { "access.uncounted": [] }),
  "limits.new_connections_per_second": {
    to: 1,
    start: { "access.uncounted": [] },
    async scene(rig, change) {
      change();
      const peers = await Promise.all(
        Array.from({ length: 40 }, () => rig.connect()),
      );
      await Promise.any(peers.map((peer) => peer.ended()));
    },
  },
  "limits.signon_seconds": ending(1, 3000, (rig) => rig.connect()),
  "limits.idle_minutes": ending(1, 200_000, (rig) => rig.guest("Ann")),
  "limits.outbox_bytes": {
    to: 16_384,
    start: wide,
    async scene(rig, change) {
      const bob = await rig.guest("Bob");
      const { uid } = rig.user("Mute");
      const mute = await rig.connect();
      await mute.signOn(uid);
      mute.conn.read = () => new Promise(() => {});
      change();
      const text = packet("IM_OUT", u32(uid), "x".repeat(3900));
      const { live } = rig.server;
      for (let n = 0; n < 4000 && live.isOnline(uid); n++) {
        await bob.write(text);
      }
      await rig.until(() => !live.isOnline(uid), "the slow client's end");
      await rig.logged("disconnected", "queue is full");
    },
  },
  "limits.stuck_seconds": {
    to: 1,
    start: { ...wide, "limits.outbox_bytes": 67_108_864 },
    async scene(rig, change) {
      const bob = await rig.guest("Bob");
      const { uid } = rig.user("Mute");
      const mute = await rig.connect();
      await mute.signOn(uid);
      mute.conn.read = () => new Promise(() => {});
      const text = packet("IM_OUT", u32(uid), "x".repeat(3900));
      for (let n = 0; n < 2500; n++) await bob.write(text);
      await bob.settled();
      change();
      await rig.logged("disconnected", "takes nothing any more");
    },
  },
  "limits.voice_connections": voiceLimit(2),
  "limits.voice_silent_connections": voiceLimit(2),
  "limits.voice_connections_per_address": {
    ...voiceLimit(2),
    start: { "access.uncounted": [] },
  },
  "limits.voice_hello_seconds": {
    to: 1,
    async scene(rig, change) {
      assert.equal(await voiceClosed(rig, 1), false);
      change();
      assert.equal(await voiceClosed(rig, 1, 5000), true);
    },
  },
  "limits.voice_bytes_per_second": {
    to: 2000,
    start: { "limits.voice_bytes_per_second": 1_000_000 },
    async scene(rig, change) {
      const { talker, listener } = await voices(rig);
      change();
      const before = performance.now();
      for (let n = 0; n < 60; n++) await talker.talk();
      await rig.until(() => listener.heard.length === 60, "60 frames");
      assert.ok(performance.now() - before > 1000);
      talker.close();
      listener.close();
    },
  },
  "voice.longest_turn_seconds": {
    to: 5,
    start: { "limits.voice_bytes_per_second": 1_000_000 },
    async scene(rig, change) {
      const { ann, bob, talker, listener } = await voices(rig);
      change();
      const cat = await rig.guest("Cat");
      await cat.join(VOICE_ROOM);
      const third = await VoicePeer.open(rig, VOICE_ROOM, cat.uid);
      const heard = () => third.heard.some(({ uid }) => uid === bob.uid);
      for (let n = 0; n < 140 && !heard(); n++) {
        await talker.talk(ann.uid);
        await listener.talk(bob.uid);
        await new Promise((turn) => setTimeout(turn, 60));
      }
      assert.ok(heard(), "Bob had a turn");
      for (const one of [talker, listener, third]) one.close();
    },
  },
  "voice.floor_pause_ms": {
    to: 100,
    start: { "voice.floor_pause_ms": 10_000 },
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      change();
      await ann.write(packet(
        "ROOM_CREATE",
        ...[u16(3), u16(0), u16(30018), u32(0x82a)],
        "GStudio",
      ));
      await ann.expect("ROOM_JOINED");
      const room = rig.server.live.rooms().find(({ name }) =>
        name === "Studio"
      );
      assert.ok(room);
      await bob.join(room.gid);
      const talker = await VoicePeer.open(rig, room.gid, ann.uid);
      const other = await VoicePeer.open(rig, room.gid, bob.uid);
      const { live } = rig.server;
      await rig.until(() => live.status().voiceLinks.tcp === 2, "voice links");
      await talker.talk();
      await rig.until(() => other.heard.length === 1, "Ann's voice");
      await new Promise((turn) => setTimeout(turn, 300));
      await other.talk();
      await rig.until(() => talker.heard.length === 1, "Bob's voice");
      talker.close();
      other.close();
    },
  },
  "messages.redeliver_seconds": {
    to: 0,
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      rig.store.relations.addPal(ann.uid, bob.uid, Date.now());
      await bob.write(line(ann.uid));
      await bob.settled();
      change();
      const again = await (await rig.connect()).signOn(ann.uid);
      await ann.ended();
      await again.settled();
      assert.equal(again.count("IM_IN") + again.count("NEW_STYLE_IM"), 0);
    },
  },
  "messages.away_reply": {
    to: true,
    async scene(rig, change) {
      const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
      await ann.send("AWAY_MODE", "At lunch.");
      await ann.settled();
      change();
      await bob.write(line(ann.uid));
      await bob.until(
        () => bob.count("IM_IN") + bob.count("NEW_STYLE_IM") > 0,
        "the away text",
      );
    },
  },
  "redirect.host": {
    to: "198.51.100.7:5001",
    async scene(rig, change) {
      change();
      const { uid } = rig.user();
      await rig.until(() => rig.server.live.status().sessions === 0, "nobody");
      for (let n = 0; n < 50; n++) {
        const peer = await rig.connect();
        await peer.send("CLIENT_HELLO", u32(uid), u32(0));
        await peer.until(() => peer.inbox.length > 0 || undefined, "an answer");
        if (peer.count("REDIRECT") > 0) return;
        await new Promise((turn) => setTimeout(turn, 50));
      }
      assert.fail("never redirected");
    },
  },
  "limits.web_connections": webLimit({}),
  "limits.web_connections_per_address": webLimit({ "access.uncounted": [] }),
  "limits.signon_attempts_per_account": guessing(1, (uid) => uid),
  "limits.signon_attempts_per_address": guessing(1, (_, other) => other),
  "limits.signon_ban_seconds": {
    to: 1,
    start: { "access.uncounted": [], "limits.signon_attempts_per_account": 1 },
    async scene(rig, change) {
      const { uid } = rig.user("Ann");
      for (let n = 0; n < 2; n++) await wrong(rig, uid);
      change();
      // Failures are forgotten after twice the longest delay.
      rig.ahead += 3000;
      const ms = await timed((await rig.connect()).signOn(uid));
      assert.ok(ms < 700, `${ms} ms`);
    },
  },
  "limits.hash_queue": {
    to: 1,
    start: { ...wide, "auth.scrypt_log2n": 15 },
    async scene(rig, change) {
      const peers = await Promise.all(
        Array.from({ length: 12 }, async (_, n) => {
          const { uid } = rig.user(`Guest ${n}`);
          rig.store.accounts.setPassword(uid, "!");
          const peer = await rig.connect();
          return { peer, uid, offset: await peer.greet(uid) };
        }),
      );
      change();
      await Promise.all(
        peers.map(({ peer, uid, offset }) =>
          peer.write(Peer.login(uid, "wrong", offset))
        ),
      );
      const answers = await Promise.all(
        peers.map(({ peer }) => peer.refused("LOGIN")),
      );
      assert.ok(answers.some((text) => /busy/i.test(text)), answers.join());
    },
  },
  "store.audit_days": {
    to: 5,
    async scene(rig, change) {
      rig.store.audit.add({
        at: Date.now() - 10 * 86_400_000,
        actor: "cli",
        actorUid: null,
        address: null,
        action: "test",
        target: "old",
        before: null,
        after: null,
      });
      rig.store.flush();
      const old = () => rig.store.audit.list({ limit: 10 }).length;
      assert.equal(old(), 1);
      change();
      await rig.until(() => old() === 0, "the old entry to go");
    },
  },
  "log.level": {
    to: "error",
    async scene(rig, change) {
      rig.lines.length = 0;
      await rig.guest("Ann");
      assert.ok(rig.lines.length > 0);
      change();
      rig.lines.length = 0;
      await rig.guest("Bob");
      assert.deepEqual(rig.lines, []);
    },
  },
};

for (const [key, { start = {}, to, scene }] of Object.entries(ROWS)) {
  Deno.test(`${key} changes the behaviour of a running server`, async () => {
    await using rig = await Rig.start({ config: start });
    await scene(rig, () => rig.change({ [key]: to }));
  });
}

for (const [key, bound] of Object.entries(THROUGH_GETTERS)) {
  Deno.test(`${key} follows the configuration in force`, () => {
    const config = new LiveConfig(defaultConfig());
    const before = bound(() => config.current);
    const value = Number(valueAt(config.current, key));
    config.take(defaultConfig({ [key]: 2 * value }));
    assert.equal(bound(() => config.current), 2 * before);
  });
}

Deno.test("every setting marked live is changed on a running server", () => {
  const live = [...SETTINGS].filter(([, { live }]) => live).map(([key]) => key);
  const tested = { ...ROWS, ...ELSEWHERE, ...THROUGH_GETTERS };
  assert.deepEqual(live.filter((key) => !(key in tested)), []);
  const unknown = Object.keys(tested).filter((key) => !live.includes(key));
  assert.deepEqual(unknown, []);
  for (const path of Object.values(ELSEWHERE)) {
    Deno.statSync(new URL(`../../${path}`, import.meta.url));
  }
});
