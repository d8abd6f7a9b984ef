/**
 * `deno task attack [--people N] [--seconds N] [--rounds N] [--only NAME]`:
 * measures how much each attack in attacks.ts delays the lines of connected
 * users, and how long new clients take meanwhile to sign on, get a page and
 * link voice. Rounds with and without an attack alternate, because the speed of
 * a machine drifts. Attackers come from 127.0.1.x, all others from 127.0.0.1,
 * and no address is exempt from limits.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { endsWithScript, temporaryFolder } from "../leftovers.ts";
import { readOptions } from "../options.ts";
import { PASSWORD } from "../../tests/reliability/support/peer.ts";
import { Place } from "../soak/place.ts";
import { STORM_NAMES, stormsOn, type Target } from "./attacks.ts";
import { Crowd } from "./crowd.ts";
import { type Delays, type Kind, Newcomers } from "./newcomers.ts";

const USAGE = `Measures how much each attack delays the clients of others.

usage: deno task attack [options]

  --people N      200 by default
  --seconds N     3 by default
  --rounds N      5 by default
  --lines N       40 by default
  --only NAME     only this attack`;

const { values } = readOptions(USAGE, {
  people: { type: "string", default: "200" },
  seconds: { type: "string", default: "3" },
  rounds: { type: "string", default: "5" },
  lines: { type: "string", default: "40" },
  only: { type: "string" },
});
const FIRST_UID = 1000002;
const ATTACKER = new URL("attacks.ts", import.meta.url);
const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const at = (sorted: number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
const ms = (value: number) => value.toFixed(1).padStart(7);

async function attackFor<T>(
  name: string,
  target: Target,
  work: () => Promise<T>,
): Promise<T> {
  // Low priority: it must not take the processor from the users it attacks.
  const storm = new Deno.Command("nice", {
    args: [
      "-n",
      "19",
      Deno.execPath(),
      "run",
      "-A",
      fileURLToPath(ATTACKER),
      name,
      JSON.stringify(target),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  const child = endsWithScript(storm.spawn());
  // Gives the attack time to start.
  await new Promise((go) => setTimeout(go, 700));
  try {
    return await work();
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

const count = Number(values.people);
const folder = await temporaryFolder("retropal-attack-");
const place = new Place(`${folder}/data`, {
  web: true,
  env: {
    RETROPAL_AUTH_SCRYPT_LOG2N: "15",
    RETROPAL_ACCESS_UNCOUNTED: "192.0.2.1",
  },
});
const NEW = 1000;
const names = Array.from({ length: count + 1 + NEW }, (_, n) => `Person ${n}`);
await place.importUsers(names, PASSWORD);
await place.start();
const rooms: { gid: number }[] = JSON.parse(
  await place.cli("room", "list", "--json"),
);
const all = names.map((_, n) => FIRST_UID + n);
const uids = all.slice(0, count);
const attacker = all[count]!;
const crowd = new Crowd();
await crowd.gather(place.chat, uids, rooms.slice(0, 5).map(({ gid }) => gid));
const newcomers = new Newcomers(place, all.slice(count + 1), rooms[0]!.gid);
await newcomers.prepare();
const target: Target = {
  web: place.web,
  chat: place.chat,
  voice: place.voice,
  video: place.video,
  uid: attacker,
  victim: uids[0]!,
  gid: rooms[0]!.gid,
};

const duration = 1000 * Number(values.seconds);
const lines = Number(values.lines);
const rounds = Number(values.rounds);

interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly lost: number;
  readonly delays: Delays;
}

async function measure(): Promise<Round> {
  const [{ delays: said, lost }, delays] = await Promise.all([
    crowd.talk(duration, lines),
    newcomers.come(duration),
  ]);
  return { p50: at(said, 0.5), p99: at(said, 0.99), lost, delays };
}

const median = (rounds: Round[], of: "p50" | "p99") =>
  at(rounds.map((round) => round[of]).sort((a, b) => a - b), 0.5);

/** Returns "p50/p99" in milliseconds over all rounds. */
function newcomersOf(rounds: Round[], kind: Kind): string {
  const delays = rounds.flatMap((round) => round.delays[kind])
    .sort((a, b) => a - b);
  const text = [0.5, 0.99].map((part) => Math.round(at(delays, part)));
  return text.join("/").padStart(12);
}

let worst = 0;
print(
  `${count} people, ${lines} lines/s; delays in ms, medians of ${rounds} ` +
    `rounds of ${values.seconds} s each; new clients: p50/p99 of all rounds`,
);
print(
  "storm                              lines p99: before  during  lost   " +
    "new: sign-on         page        voice  server CPU",
);
for (const name of STORM_NAMES) {
  if (values.only !== undefined && values.only !== name) continue;
  const before: Round[] = [];
  const during: Round[] = [];
  let busy = 0;
  for (let n = 0; n < rounds; n++) {
    before.push(await measure());
    during.push(
      await attackFor(name, target, async () => {
        const began = performance.now();
        const cpu = place.cpuMs();
        const round = await measure();
        busy += (place.cpuMs() - cpu) / (performance.now() - began) / rounds;
        return round;
      }),
    );
  }
  const ratio = median(during, "p99") / median(before, "p99");
  worst = Math.max(worst, ratio);
  const lost = during.reduce((sum, round) => sum + round.lost, 0);
  print(
    `${name.padEnd(42)} ${ms(median(before, "p99"))} ` +
      `${ms(median(during, "p99"))} ${String(lost).padStart(5)}   ` +
      `${newcomersOf(during, "sign-on")} ${newcomersOf(during, "page")} ` +
      `${newcomersOf(during, "voice")} ${
        `${Math.round(100 * busy)} %`.padStart(11)
      }`,
  );
}
print(
  `worst ratio ${worst.toFixed(2)}; ${crowd.gone} honest connections lost`,
);
for (const [name, { sources, about }] of Object.entries(stormsOn(target))) {
  if (about !== "one loop") print(`${name}: ${sources} hosts, ${about}`);
}
newcomers.close();
crowd.close();
await place.end("SIGTERM");
await Deno.remove(folder, { recursive: true });
