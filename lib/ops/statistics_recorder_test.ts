import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { dayOf, hourOf, weekOf } from "../domain/statistics.ts";
import type { Millis, Store } from "../domain/store.ts";
import { useReport } from "../domain/use_report.ts";
import { NOON, withStore } from "../../tests/support/db/temp.ts";
import {
  type RecorderSources,
  type RoomVoice,
  type SeenRoom,
  StatisticsRecorder,
} from "./statistics_recorder.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const quiet = () => {};

class Scene implements RecorderSources {
  readonly log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  now = NOON;
  since: Millis[] = [];
  list: SeenRoom[] = [];
  voice = new Map<number, RoomVoice>();
  used = { signOns: 0, uploadBytes: 0 };

  constructor(readonly store: Store) {}

  clock = () => this.now;
  steady = () => this.now;
  totals = () => this.used;
  online = () => this.since;
  rooms = () => this.list;
  takeVoice = () => {
    const taken = this.voice;
    this.voice = new Map();
    return taken;
  };

  report(days = 28) {
    return useReport(this.store.statistics, {
      now: this.now,
      days,
      rooms: 1000,
      uplinkKbit: 0,
    });
  }
}

const oak = {
  gid: 50001,
  name: "Oak",
  permanent: true,
  isPrivate: false,
  members: { size: 4 },
};
const speech: RoomVoice = {
  heardMs: 60_000,
  received: 75,
  lost: 25,
  late: 3,
  jitterSum: 300,
  sent: 90,
  dropped: 10,
};

Deno.test("StatisticsRecorder adds up an hour of people, rooms and voice", () =>
  withStore((store) => {
    const scene = new Scene(store);
    {
      using recorder = new StatisticsRecorder(scene);
      scene.since = [NOON, NOON];
      scene.list = [oak];
      for (let i = 0; i < 360; i++) {
        scene.now += 10_000;
        scene.used = { signOns: i + 1, uploadBytes: 12_500 * (i + 1) };
        if (i === 5) scene.voice.set(50001, speech);
        recorder.sample();
        if (i % 6 === 5) recorder.write();
      }
    }
    const { hours, rooms, traffic } = scene.report();
    equal(hours.find(({ people }) => people !== null)?.people, 2);
    deepEqual(rooms, [{
      gid: 50001,
      name: "Oak",
      memberHours: 4,
      membersPeak: 4,
      talkMinutes: 1,
      lost: 25,
      late: 4,
      dropped: 10,
      jitterMs: 4,
    }]);
    equal(traffic[0]?.peakKbit, 10);
    equal(traffic[0]?.uploadBytes, 360 * 12_500);
    equal(traffic[0]?.signOns, 360);
  }));

Deno.test("StatisticsRecorder counts people of the day and the week once each", () =>
  withStore((store) => {
    const scene = new Scene(store);
    using recorder = new StatisticsRecorder(scene);
    const made = (name: string, seen: Millis | null, createdAt: Millis) => {
      const { uid } = store.accounts.create({
        nickname: name,
        passwordHash: "!",
        createdAt,
      });
      if (seen !== null) store.accounts.seen(uid, seen, "192.0.2.1");
    };
    made("Today", NOON, NOON);
    made("Monday", weekOf(NOON) + HOUR, 0);
    made("Away", weekOf(NOON) - DAY, 0);
    made("Never", null, 0);
    // Online since before midnight: seen last when they came.
    made("Stays", dayOf(NOON) - HOUR, 0);
    scene.since = [dayOf(NOON) - HOUR];
    recorder.sample();
    recorder.write();
    recorder.write();
    const { days, weeks } = scene.report();
    deepEqual(days.map(({ people, fresh }) => [people, fresh]), [[2, 1]]);
    deepEqual(weeks.map(({ people, fresh }) => [people, fresh]), [[3, 1]]);
  }));

Deno.test("StatisticsRecorder names no private rooms, and only so many temporary ones", () =>
  withStore((store) => {
    const scene = new Scene(store);
    using recorder = new StatisticsRecorder(scene);
    scene.list = Array.from({ length: 300 }, (_, i) => ({
      ...oak,
      gid: 1001 + i,
      name: `Room ${i}`,
      permanent: false,
      isPrivate: i === 0,
    }));
    scene.list.push(oak);
    scene.now += 10_000;
    recorder.sample();
    recorder.write();
    const { rooms } = scene.report();
    equal(rooms.length, 102);
    ok(!rooms.some(({ name }) => name === "Room 0"));
    ok(rooms.some(({ name }) => name === "Oak"));
    equal(
      rooms.find(({ gid }) => gid === 0)?.name,
      "Private and other rooms",
    );
    // The same room has another number after a restart.
    scene.list = [{ ...scene.list[1]!, gid: 30_000 }];
    scene.now += 10_000;
    recorder.sample();
    recorder.write();
    equal(scene.report().rooms.length, 102);
  }));

Deno.test("StatisticsRecorder keeps samples that it could not write", () =>
  withStore((store) => {
    let fails = true;
    const failing = Object.assign(new Scene(store), {
      store: {
        statistics: store.statistics,
        flush: () => {},
        transaction<T>(work: () => T): T {
          if (fails) throw new Error("disk full");
          return store.transaction(work);
        },
      } as Store,
    });
    {
      using recorder = new StatisticsRecorder(failing);
      failing.since = [NOON];
      failing.now += 10_000;
      recorder.sample();
      throws(() => recorder.write(), /disk full/);
      fails = false;
    }
    equal(store.statistics.hours(0)[0]?.peopleSeconds, 10);
  }));

Deno.test("StatisticsRecorder counts no time online while the machine sleeps", () =>
  withStore((store) => {
    const scene = new Scene(store);
    using recorder = new StatisticsRecorder(scene);
    scene.since = [NOON];
    scene.now += 9 * HOUR;
    recorder.sample();
    recorder.write();
    equal(store.statistics.hours(0)[0]?.peopleSeconds, 60);
    equal(store.statistics.hours(0)[0]?.at, hourOf(scene.now));
  }));

Deno.test("Statistics.prune() removes old rows, a slice at a time", () =>
  withStore(({ statistics }) => {
    for (let hour = 0; hour < 100; hour++) {
      statistics.addHour({
        at: NOON - hour * HOUR,
        seconds: 1,
        peopleSeconds: 1,
        peoplePeak: 1,
        signOns: 0,
        uploadBytes: 0,
        uploadPeak: 0,
      });
    }
    for (let day = 0; day < 10; day++) {
      const at = NOON - day * DAY;
      statistics.setPeople({ kind: "day", at, people: 1, fresh: 0 });
      statistics.addRoomDay({
        at,
        ...speech,
        gid: 1,
        name: "x",
        memberSeconds: 1,
        membersPeak: 1,
      });
    }
    const before = NOON - 2 * DAY;
    equal(statistics.prune(before, 20), 20);
    let all = 20;
    for (let gone; (gone = statistics.prune(before, 20)) > 0;) all += gone;
    equal(all, 51 + 7 + 7);
    equal(statistics.oldest(), before);
    equal(statistics.people("day", 0).length, 3);
  }));
