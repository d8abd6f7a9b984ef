/**
 * Cores and gateways as processes, and users who talk through them, for tests
 * in which some of them end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Database } from "../../../db/database.ts";
import { PaltalkClient } from "../../../lib/client/mod.ts";
import { SERVER_TYPES } from "../../../lib/protocol/packet_types.ts";
import { roomMessageIn } from "../../../lib/protocol/packets/messages.ts";
import { decodeText } from "../../../lib/protocol/windows1252.ts";
import { FIRST_UID, makeDatabase, PASSWORD, RunningCli } from "../server.ts";
import { NatsServers } from "./nats_servers.ts";

const READY_MS = 40_000;
/** A room that the first start creates. */
export const ROOM = 50002;
/** An account that is never online, so its messages are stored. */
const ABSENT = "Absent";
/** Accounts of tests that sign on more users. */
const MORE = ["Owner2", "Late"];

export const pause = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function until(
  what: string,
  is: () => boolean,
  ms = 20_000,
): Promise<void> {
  const ends = performance.now() + ms;
  while (!is()) {
    if (performance.now() > ends) throw new Error(`not in time: ${what}`);
    await pause(10);
  }
}

/** A process with a role in the cluster. */
export class Member {
  #cli: RunningCli;

  constructor(
    readonly role: "core" | "gateway",
    readonly data: string,
    readonly nats: readonly string[],
  ) {
    this.#cli = this.#start();
  }

  #start(): RunningCli {
    return new RunningCli([
      "serve",
      "--data",
      this.data,
      ...["--chat-port", "0", "--voice-port", "0", "--video-port", "0"],
      "--no-web",
    ], {
      "cluster.role": this.role,
      "cluster.nats": this.nats.join(","),
    });
  }

  get log(): string {
    return this.#cli.err.text;
  }

  /** Starts it again in its folder. */
  again(): void {
    this.#cli = this.#start();
  }

  async standsBy(): Promise<void> {
    await this.#ready(/^ready .*"standby":true.*$/m);
  }

  /** Waits until it accepts connections. Returns its address. */
  async serves(): Promise<{ host: string; port: number }> {
    const line = await this.#ready(/^ready (.*"chat":".*)$/m);
    const [host = "", port] = JSON.parse(line).chat.split(":");
    return { host, port: Number(port) };
  }

  async #ready(pattern: RegExp): Promise<string> {
    try {
      const match = await this.#cli.out.match(pattern, READY_MS);
      return match[1] ?? match[0];
    } catch (error) {
      throw new Error(`${this.data}: ${error}\n${this.log}`);
    }
  }

  signal(signal: Deno.Signal): void {
    this.#cli.kill(signal);
  }

  /** Resolves with the exit code when it has ended by itself. */
  ended(): Promise<number> {
    return this.#cli.code();
  }

  /** Resolves with the exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.#cli.kill(signal);
    return await this.#cli.code();
  }
}

/** Cores, gateways and users. */
export class TestCluster implements AsyncDisposable {
  readonly cores: Member[] = [];
  readonly gateways: Member[] = [];
  readonly people: PaltalkClient[] = [];
  /** Lines and stored messages sent so far. */
  readonly sent: string[] = [];
  stored = 0;
  readonly #times: number[] = [];
  #isTalking = false;
  #talk: Promise<void> | undefined;

  private constructor(readonly folder: string, readonly nats: NatsServers) {}

  /**
   * Starts a cluster; undefined, with a line printed, if there is no
   * nats-server.
   */
  static async start(
    { servers = 1, cores = 2, gateways = 2, people = 4 } = {},
  ): Promise<TestCluster | undefined> {
    const nats = await NatsServers.start(servers);
    if (nats === undefined) return undefined;
    const folder = await Deno.makeTempDir({ prefix: "retropal-cluster-" });
    const cluster = new TestCluster(folder, nats);
    try {
      await cluster.#start(cores, gateways, people);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  async #start(cores: number, gateways: number, people: number) {
    const names = Array.from({ length: people }, (_, n) => `User${n}`);
    const first = join(this.folder, "core0");
    await Deno.mkdir(first);
    await makeDatabase(first, { users: [...names, ABSENT, ...MORE] });
    for (let n = 0; n < cores; n++) {
      const core = this.#member("core", join(this.folder, `core${n}`));
      this.cores.push(core);
      await (n === 0 ? core.serves() : core.standsBy());
    }
    for (let n = 0; n < gateways; n++) {
      const data = join(this.folder, `gateway${n}`);
      this.gateways.push(this.#member("gateway", data));
    }
    const doors = await Promise.all(this.gateways.map((one) => one.serves()));
    for (const [n, nickname] of names.entries()) {
      const client = await PaltalkClient.signOn({
        ...doors[n % doors.length]!,
        nickname,
        password: PASSWORD,
      });
      this.people.push(client);
      await client.rooms.join(ROOM);
    }
  }

  #member(role: Member["role"], data: string): Member {
    return new Member(role, data, this.nats.urls);
  }

  /** Makes all users write in turn, to the room and to an offline user. */
  talk(everyMs = 20): void {
    this.#isTalking = true;
    const absent = FIRST_UID + this.people.length;
    this.#watch();
    this.#talk = (async () => {
      for (let n = 0; this.#isTalking; n++) {
        const client = this.people[n % this.people.length]!;
        const line = `line ${this.sent.length}.`;
        this.sent.push(line);
        try {
          await client.rooms.say(ROOM, line);
        } catch (error) {
          throw new Error(this.#logs(), { cause: error });
        }
        if (n % 5 === 0) {
          await client.people.im(absent, `kept ${this.stored++}.`);
        }
        await pause(everyMs);
      }
    })();
    // `judge` reports the error, but a test that fails earlier does not call
    // it.
    this.#talk.catch(() => {});
  }

  #logs(): string {
    return [...this.cores, ...this.gateways]
      .map(({ data, log }) => `${data}:\n${log}`).join("\n");
  }

  /** Records the arrival of lines, to measure the silence. */
  #watch(): void {
    const [first] = this.people;
    let count = 0;
    const look = () => {
      const now = this.seenBy(first!).length;
      if (now > count) this.#times.push(performance.now());
      count = now;
      if (this.#isTalking) setTimeout(look, 10);
    };
    look();
  }

  /** Longest time without a line for any member, in milliseconds. */
  get silence(): number {
    const times = this.#times;
    return Math.max(...times.slice(1).map((at, n) => at - times[n]!));
  }

  /** Returns the lines of the room that a member has received, in order. */
  seenBy(client: PaltalkClient): string[] {
    const { type } = SERVER_TYPES.ROOM_MESSAGE_IN;
    const lines: string[] = [];
    for (const frame of client.received) {
      if (frame.type !== type) continue;
      const message = roomMessageIn.parse(frame.payload);
      assert.ok("uid" in message);
      const { uid, text } = message;
      const words = decodeText(text);
      if (uid !== client.uid && words.startsWith("line ")) lines.push(words);
    }
    return lines;
  }

  /**
   * Stops the talk. Asserts that every line was seen, and every message stored,
   * exactly once.
   */
  async judge(leader: Member): Promise<void> {
    this.#isTalking = false;
    await this.#talk;
    const due = (client: PaltalkClient) => {
      const own = this.people.indexOf(client);
      return this.sent.filter((_, n) => n % this.people.length !== own);
    };
    for (const client of this.people) {
      const wanted = due(client);
      await until(
        `${wanted.length} lines for ${client.nickname}, ` +
          `got ${this.seenBy(client).length}`,
        () => this.seenBy(client).length >= wanted.length,
      );
      const seen = this.seenBy(client);
      // The order among users is only defined within one gateway.
      assert.deepEqual(seen.toSorted(), wanted.toSorted(), client.nickname);
      for (let n = 0; n < this.people.length; n++) {
        const of = (lines: readonly string[]) =>
          lines.filter((line) =>
            this.sent.indexOf(line) % this.people.length === n
          );
        assert.deepEqual(of(seen), of(wanted), "order of one writer");
      }
      // Still online, because it answers.
      await client.settle();
    }
    await until("stored messages", () => messagesIn(leader) === this.stored);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isTalking = false;
    await Promise.all(this.people.map((one) => one.close().catch(() => {})));
    for (const member of [...this.gateways, ...this.cores]) {
      member.signal("SIGCONT");
      await member.stop("SIGKILL");
    }
    await this.nats[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Returns the number of messages stored in the database of a core. */
export function messagesIn({ data }: Member): number {
  const db = new Database(join(data, "retropal.db"), { readOnly: true });
  try {
    return db.statement<{ n: number }>(
      "SELECT count(*) AS n FROM offline_messages",
    ).get()!.n;
  } finally {
    db.close();
  }
}
