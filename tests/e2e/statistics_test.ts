/** The statistics of what users did with real clients. */
import { equal, ok } from "node:assert/strict";
import { encodeVoiceFrame, sequenceOf } from "../../lib/protocol/rtp.ts";
import { stats } from "../../lib/commands/stats.ts";
import { execute, HOST } from "../../lib/commands/command.ts";
import { defaultConfig } from "../../lib/config/config.ts";
import type { UseReport } from "../../lib/domain/use_report.ts";
import { PasswordHasher } from "../../lib/ops/password_hash.ts";
import { tuneIn } from "../support/voice.ts";
import { withWholeServer } from "../web/support/whole_server.ts";

Deno.test("statistics of a server tell who talked where, after its end too", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    await server.addUser("Bob");
    const { gid, name } = server.live.rooms().find(({ type, permanent }) =>
      type === 3 && permanent
    )!;
    {
      await using ann = await server.signOn("Ann");
      await using bob = await server.signOn("Bob");
      await ann.rooms.join(gid);
      await bob.rooms.join(gid);
      await tuneIn(ann, bob);
      const channel = await ann.voice.channel();
      // Three of twelve are missing.
      for (const sequence of [1, 2, 3, 4, 5, 9, 10, 11, 12]) {
        await channel.talk(encodeVoiceFrame({
          sequence: 30_000 + sequence,
          timestamp: 640 * sequence,
          uid: ann.uid,
          payload: new Uint8Array(132).fill(0xd0),
        }));
      }
      const heard = await bob.voice.channel();
      await heard.heard.next(
        ({ frame }) => sequenceOf(frame, 0) === 30_012,
        "the last frame",
      );
      await server.restart();
    }
    const answer = await execute(stats, {
      store: server.store,
      live: null,
      actor: HOST,
      config: defaultConfig({ "server.uplink_kbit": 1000 }),
      hasher: new PasswordHasher({ log2n: 1 }),
      now: Date.now,
      emit() {},
      signal: new AbortController().signal,
    }, {});
    equal(answer.code, 0);
    const { rooms, days, weeks, traffic, hours } = answer.json as UseReport;
    const room = rooms.find((one) => one.gid === gid)!;
    equal(room.name, name);
    equal(room.membersPeak, 2);
    ok(room.talkMinutes !== null && room.lost !== null && room.lost > 0);
    equal(days.at(-1)?.people, 2);
    equal(weeks.at(-1)?.fresh, days.at(-1)?.fresh);
    equal(traffic.at(-1)?.signOns, 2);
    ok(traffic.at(-1)!.uploadBytes > 0);
    ok(hours.some(({ peak }) => peak === 2));
    ok(answer.lines.some((line) => line.includes(name)));
  }));
