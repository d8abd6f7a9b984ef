/**
 * Runs a server with normal and hostile users, restarts and a kill, and checks
 * that no message was lost and no memory leaked.
 *
 * @module
 */
import { temporaryFolder } from "../leftovers.ts";
import { Ledger } from "./ledger.ts";
import { misbehave, Person, type Surroundings, talk } from "./people.ts";
import { Place, type Sample } from "./place.ts";

export interface SoakOptions {
  readonly seconds: number;
  readonly people: number;
  readonly talkers: number;
  readonly hostile: number;
  readonly print: (line: string) => void;
}

const PASSWORD = "secret11";
const FIRST_UID = 1000002;
const SAMPLE_MS = 2000;
/** Maximum growth of memory between the middle and the end of the last run. */
const GROWTH = 1.25;
const GROWTH_BYTES = 25_000_000;

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Runs the test. Returns the faults found. */
export async function soak(options: SoakOptions): Promise<readonly string[]> {
  const folder = await temporaryFolder("retropal-soak-");
  const place = new Place(`${folder}/data`);
  const ledger = new Ledger();
  try {
    const all = options.people + options.talkers + options.hostile;
    const names = Array.from({ length: all }, (_, n) => `Soaker ${n}`);
    await place.importUsers(names, PASSWORD);
    await place.start();
    await run(place, ledger, options);
  } finally {
    await place.end("SIGKILL").catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
  return ledger.faults;
}

async function run(place: Place, ledger: Ledger, options: SoakOptions) {
  const { seconds, print } = options;
  const uids = Array.from(
    { length: options.people + options.talkers + options.hostile },
    (_, n) => FIRST_UID + n,
  );
  const people = uids.splice(0, options.people);
  const talkers = uids.splice(0, options.talkers);
  const here: Surroundings = {
    place,
    ledger,
    people,
    ...await roomsOf(place),
    stopping: false,
  };
  const atRest = place.sample();
  const persons = people.map((uid) => new Person(here, uid));
  const lives = [
    ...persons.map((person) => person.live()),
    ...talkers.map((uid) => talk(here, uid)),
    ...uids.map((uid) => misbehave(here, uid)),
  ];
  const sampling = setInterval(() => {
    try {
      place.sample();
    } catch {
      // The server is restarting.
    }
  }, SAMPLE_MS);

  const third = 1000 * seconds / 3;
  await pause(third);
  print("SIGTERM and start again");
  const code = await place.end("SIGTERM");
  if (code !== 0) ledger.fault(`SIGTERM ended it with ${code}`);
  await place.start();
  await pause(third / 2);
  print("SIGKILL and start again");
  ledger.kills++;
  await place.end("SIGKILL");
  await place.start();
  const since = Date.now();
  await pause(1.5 * third);

  here.stopping = true;
  await Promise.all(lives);
  clearInterval(sampling);
  // Everybody fetches their waiting messages.
  for (const person of persons) await person.visit(0);
  ledger.close();
  await checkRest(place, ledger, atRest);
  checkMemory(place.samples.filter(({ at }) => at >= since), ledger, print);
  for (const line of place.errors) ledger.fault(`error in the log: ${line}`);
  const { written, received } = ledger.letters;
  print(
    `${ledger.signOns} sign-ons, ${ledger.lines} room lines ` +
      `(heard ${ledger.linesHeard} times), ${written} messages ` +
      `(${received} received), ${ledger.voiceHeard} voice frames heard, ` +
      `${ledger.faults.length} faults`,
  );
}

async function roomsOf(place: Place) {
  const list: { gid: number; type: number }[] = JSON.parse(
    await place.cli("room", "list", "--json"),
  );
  const gids = (voice: boolean) =>
    list.filter(({ type }) => type === 3 === voice).map(({ gid }) => gid);
  return { rooms: gids(false), voiceRooms: gids(true).slice(0, 2) };
}

/** Checks that no state remains after everybody has left. */
async function checkRest(
  place: Place,
  ledger: Ledger,
  atRest: Sample,
) {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const status = await place.status();
    const rest = {
      connections: status.connections,
      sessions: status.sessions,
      talkers: status.talkers,
      links: status.voiceLinks.tcp + status.voiceLinks.udp,
      outbox: status.queues["outboxBytes"],
      hashes: status.queues["passwordHashes"],
      // All rooms in the list are permanent; no other room may remain.
      rooms: status.rooms - await roomCount(place),
    };
    const left = Object.entries(rest).filter(([, count]) => count !== 0);
    const { packetErrors = 0, coreErrors = 0 } = status.totals;
    if (left.length === 0) {
      if (packetErrors + coreErrors > 0) ledger.fault("errors in the server");
      break;
    }
    if (Date.now() > deadline) {
      ledger.fault(`left over: ${JSON.stringify(Object.fromEntries(left))}`);
      break;
    }
    await pause(1000);
  }
  const { files } = place.sample();
  if (files > atRest.files + 3) {
    ledger.fault(`${files} open files at rest, ${atRest.files} at first`);
  }
}

async function roomCount(place: Place): Promise<number> {
  const list: { permanent?: boolean }[] = JSON.parse(
    await place.cli("room", "list", "--json"),
  );
  return list.filter(({ permanent }) => permanent !== false).length;
}

function checkMemory(
  samples: readonly Sample[],
  ledger: Ledger,
  print: (line: string) => void,
): void {
  const median = (from: number, to: number) => {
    const part = samples
      .slice(from * samples.length, Math.ceil(to * samples.length))
      .map(({ rssBytes }) => rssBytes).sort((a, b) => a - b);
    return part[part.length >> 1] ?? 0;
  };
  const middle = median(0.3, 0.6);
  const end = median(0.8, 1);
  const files = Math.max(...samples.map((sample) => sample.files));
  print(
    `memory ${mb(middle)} in the middle, ${
      mb(end)
    } at the end; at most ${files} files`,
  );
  if (end > GROWTH * middle && end > middle + GROWTH_BYTES) {
    ledger.fault(`memory grew from ${mb(middle)} to ${mb(end)}`);
  }
}
