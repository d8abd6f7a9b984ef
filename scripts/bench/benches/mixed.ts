/**
 * A busy evening: 20 rooms of 50 users with ten lines a second in each, five
 * speakers, ten sign-ons a second, searches, and messages to offline users.
 *
 * @module
 */
import { type Latency, load, type Seen } from "../rig/load.ts";
import type { Bench } from "../rig/options.ts";
import { measured, median } from "../rig/report.ts";
import { RAISED, startRetropal } from "../rig/servers.ts";
import { receiveVisitors } from "../rig/visitors.ts";
import { watch } from "../rig/watch.ts";

interface Evening extends Seen {
  readonly voiceDelivered: number;
  readonly voiceLost: number;
  readonly voice: Latency;
}

const ROOMS = 20;
const MEMBERS = 50;
const TALKERS = 5;
const VISITORS = 2000;
const SETTINGS = {
  "auth.scrypt_log2n": 12,
  "limits.offline_messages_per_user": 100_000,
  "limits.offline_messages_per_sender": 100_000,
};

export const mixed: Bench = {
  name: "mixed",
  about: "a busy evening: text, voice, sign-ons, searches and messages at once",
  async run({ program, quick, seconds = quick ? 20 : 600 }) {
    const seats = ROOMS * MEMBERS;
    await using server = await startRetropal({
      accounts: seats + VISITORS,
      cheap: seats,
      rooms: ROOMS,
      roomType: (index) => index < TALKERS ? 3 : 0,
      settings: SETTINGS,
      program,
    });
    const visitors = receiveVisitors(server, {
      perSecond: 10,
      from: seats,
      count: VISITORS,
    });
    const { result, memory, lagP99Ms } = await watch(
      server,
      () =>
        load<Evening>("rooms", server, {
          rooms: ROOMS,
          members: MEMBERS,
          talkers: TALKERS,
          rate: 10,
          ms: 1000 * seconds,
        }),
    );
    const visits = await visitors.stop();
    const sorted = visits.signOnMs.toSorted((a, b) => a - b);
    // Leaves out the first tenth, in which the rooms fill and the heap grows to
    // its size.
    const early = median(memory.slice(memory.length / 10, memory.length / 5));
    const late = median(memory.slice(-memory.length / 10));
    const values = {
      "% CPU": 100 * result.cpu / result.seconds,
      "lines out": result.delivered,
      "lines lost": result.lost,
      "line p50 ms": result.latency.p50 / 1000,
      "line p99 ms": result.latency.p99 / 1000,
      "line p99.9 ms": result.latency.p999 / 1000,
      "packets out": result.voiceDelivered,
      "packets lost": result.voiceLost,
      "voice p50 ms": result.voice.p50 / 1000,
      "voice p99 ms": result.voice.p99 / 1000,
      "voice p99.9 ms": result.voice.p999 / 1000,
      "sign-ons": visits.done,
      "sign-ons failed": visits.failed,
      "sign-on p50 ms": median(sorted),
      "sign-on p99 ms": sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
      "MB early": early,
      "MB late": late,
      "lag p99 ms": lagP99Ms,
    };
    const lost = result.lost + result.voiceLost;
    const text = values["line p99 ms"];
    const voice = values["voice p99 ms"];
    return {
      // One number per line is easier to read than eighteen columns.
      rows: Object.entries(values).map(([number, value]) => ({
        variant: "retropal",
        parameters: { seconds, number },
        values: { value: measured([value]) },
      })),
      settings: { ...RAISED, ...SETTINGS },
      goals: [
        {
          what: "mixed load: p99 of room text",
          wanted: "under 20 ms",
          got: `${text.toFixed(1)} ms`,
          met: text < 20,
        },
        {
          what: "mixed load: p99 of voice",
          wanted: "under 15 ms",
          got: `${voice.toFixed(1)} ms`,
          met: voice < 15,
        },
        {
          what: "mixed load: lost lines and packets, failed sign-ons",
          wanted: "none",
          got: `${lost}, ${visits.failed}`,
          met: lost === 0 && visits.failed === 0,
        },
        {
          what: "mixed load: memory late over early",
          wanted: "flat (at most 1.1×)",
          got: `${(late / early).toFixed(2)}×`,
          met: late / early <= 1.1,
        },
      ],
    };
  },
};
