/**
 * The log as a JetStream stream.
 *
 * Each message names the number behind which it belongs, and one is under way
 * at a time: a core that has been replaced cannot write, not even what it sent
 * before it stood still, because the core after it begins with an entry of its
 * own. Several under way would be no fence: the next number of a core that wakes
 * up could be right by chance. The header Nats-Expected-Last-Msg-Id would fence
 * too, but with several replicas servers up to 2.15 check it so late that one
 * wrong message ends the stream (docs/adr/0020).
 *
 * @module
 */
import {
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type JsMsg,
  StorageType,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { NotStored, StreamPublisher } from "./nats_publisher.ts";
import { pause } from "./pause.ts";
import type { Log, Logged } from "./broker.ts";

/** Until a publish without an answer is repeated. */
const ANSWER_MS = 1000;
/** Until something that failed is tried again. */
const AGAIN_MS = 50;
/** "wrong last sequence", also where the server cannot tell the right one. */
const BEHIND: readonly number[] = [10071, 10164];
/** Room for headers within the longest message that a server takes. */
const MARGIN = 8192;
/** Marks one of several messages that are one entry: "2/3". */
const PART = "Rp-Part";
const ID = "Nats-Msg-Id";
const NANOS = 1_000_000;
const OLDEST = { major: 2, minor: 11 };

export interface StreamLogOptions {
  readonly stream: string;
  readonly subject: string;
  readonly replicas: number;
  /** Where the server itself publishes announced entries; absent: nowhere. */
  readonly announcedAs?: string;
  /** For how long the server knows ids again. */
  readonly duplicateWindowMs?: number;
}

interface Tail {
  /** The last whole entry. */
  readonly index: number;
  /** The last message. */
  readonly seq: number;
}

export class StreamLog implements Log {
  readonly #options: StreamLogOptions;
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #publisher: StreamPublisher;
  readonly #maxPart: number;
  readonly #writing = new Set<string>();
  #tail: Tail = { index: 0, seq: 0 };
  /** Messages of an entry that is not whole yet. */
  #parts: Uint8Array[] = [];
  #isClosed = false;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    options: StreamLogOptions,
  ) {
    this.#js = jetstream(connection, { timeout: ANSWER_MS });
    this.#manager = manager;
    this.#publisher = new StreamPublisher(connection, ANSWER_MS);
    this.#options = options;
    this.#maxPart = (connection.info?.max_payload ?? 2 ** 20) - MARGIN;
  }

  /** Opens the stream, or makes it. */
  static async open(
    connection: NatsConnection,
    options: StreamLogOptions,
  ): Promise<StreamLog> {
    const fault = versionFault(connection.info?.version ?? "");
    if (fault !== undefined) throw new Error(fault);
    const manager = await jetstreamManager(connection, { timeout: 5000 });
    const { stream, subject, replicas, duplicateWindowMs = 120_000 } = options;
    const announced = announcedSubject(options);
    const config = {
      subjects: [subject, announced],
      ...(options.announcedAs !== undefined && {
        republish: { src: announced, dest: options.announcedAs },
      }),
      num_replicas: replicas,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      duplicate_window: duplicateWindowMs * NANOS,
      allow_direct: false,
    };
    try {
      const { config: { republish } } = await manager.streams.info(stream);
      // A stream that a version without announcements has made.
      if (republish?.dest !== options.announcedAs) {
        await manager.streams.update(stream, config);
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
      await manager.streams.add({ name: stream, ...config });
    }
    return new StreamLog(connection, manager, options);
  }

  get mostAnnounced(): number {
    return this.#options.announcedAs === undefined ? 0 : this.#maxPart;
  }

  /** Number of the last message of the stream. */
  async last(): Promise<number> {
    const info = await this.#manager.streams.info(this.#options.stream);
    return info.state.last_seq;
  }

  append(
    after: number,
    id: string,
    bytes: Uint8Array,
    done: (index: number | null) => void,
    announce = false,
  ): void {
    // It is repeated here until it is answered.
    if (this.#writing.has(id)) return;
    // Entries have been seen that the writer does not know.
    if (after !== this.#tail.index) return queueMicrotask(() => done(null));
    this.#writing.add(id);
    void this.#write(id, bytes, announce).then((index) => {
      this.#writing.delete(id);
      if (index !== undefined) done(index);
    });
  }

  read(after: number, done: (entries: readonly Logged[]) => void): void {
    void this.#retry(() => this.#readAll(after)).then((entries) => {
      if (entries !== undefined) done(entries);
    });
  }

  /** A name that no other log has, not even one made later in its place. */
  async identity(): Promise<string> {
    const info = await this.#manager.streams.info(this.#options.stream);
    return `${info.config.name} ${info.created}`;
  }

  /**
   * Hands on all entries behind `after` as they come; `onGap` is called, and
   * nothing more, when entries behind it are gone. Returns a function that ends
   * it.
   */
  follow(
    after: number,
    take: (entries: readonly Logged[]) => void,
    onGap: () => void = () => {},
  ): () => void {
    let isOver = false;
    let end = () => {};
    const run = async () => {
      while (!isOver && !this.#isClosed) {
        try {
          const consumer = await this.#consumer(after);
          const messages = await consumer.consume({ idle_heartbeat: 1000 });
          end = () => messages.stop();
          if (isOver) return end();
          let isFirst = true;
          for await (const message of messages) {
            if (isFirst && message.seq > after + 1) {
              isOver = true;
              messages.stop();
              return onGap();
            }
            isFirst = false;
            const entry = this.#took(message);
            if (isOver) return;
            if (entry === undefined) continue;
            after = entry.index;
            take([entry]);
          }
        } catch {
          // The server went away, or has not found its leader yet.
        }
        await pause(AGAIN_MS);
      }
    };
    void run();
    return () => {
      isOver = true;
      end();
    };
  }

  /** Deletes entries before number `index`. The last one always stays. */
  async trim(index: number): Promise<void> {
    const seq = Math.min(index, this.#tail.seq);
    await this.#manager.streams.purge(this.#options.stream, { seq });
  }

  /** Number of the first message that is still there. */
  async first(): Promise<number> {
    const info = await this.#manager.streams.info(this.#options.stream);
    return info.state.first_seq;
  }

  close(): void {
    this.#isClosed = true;
    this.#publisher.close();
  }

  /** Undefined: the log was closed. */
  async #write(
    id: string,
    bytes: Uint8Array,
    announce: boolean,
  ): Promise<number | null | undefined> {
    const count = Math.max(1, Math.ceil(bytes.length / this.#maxPart));
    let { seq } = this.#tail;
    for (let n = 1; n <= count; n++) {
      const part = bytes.subarray((n - 1) * this.#maxPart, n * this.#maxPart);
      const partId = n === count ? id : `${id}/${n}`;
      const written = await this.#publish(
        partId,
        part,
        count === 1 ? "" : `${n}/${count}`,
        seq,
        announce,
      );
      if (written === undefined || written === null) return written;
      seq = written;
    }
    this.#parts = [];
    this.#tail = { index: seq, seq };
    return seq;
  }

  async #publish(
    id: string,
    bytes: Uint8Array,
    part: string,
    behind: number,
    announce: boolean,
  ): Promise<number | null | undefined> {
    const subject = announce
      ? announcedSubject(this.#options)
      : this.#options.subject;
    while (!this.#isClosed) {
      try {
        return await this.#publisher.publish({
          subject,
          id,
          bytes,
          part,
          behind,
        });
      } catch (error) {
        if (!isBehind(error)) {
          await pause(AGAIN_MS);
          continue;
        }
        const last = await this.#retry(() => this.#lastMessage());
        if (last === undefined) return undefined;
        // Its own message, of which the answer was lost.
        if (last.id === id) return last.seq;
        if (last.seq !== behind) return null;
        await pause(AGAIN_MS);
      }
    }
    return undefined;
  }

  async #lastMessage(): Promise<{ seq: number; id: string }> {
    const seq = await this.last();
    if (seq === 0) return { seq, id: "" };
    const { stream } = this.#options;
    const last = await this.#manager.streams.getMessage(stream, { seq });
    return { seq, id: last?.header.get(ID) ?? "" };
  }

  async #readAll(after: number): Promise<readonly Logged[]> {
    const last = await this.last();
    this.#parts = [];
    if (last <= after) {
      // A log of which nothing is left but its number.
      if (this.#tail.seq < after) this.#tail = { index: after, seq: last };
      return [];
    }
    const entries: Logged[] = [];
    const consumer = await this.#consumer(after);
    const messages = await consumer.consume({ idle_heartbeat: 1000 });
    const giveUp = setTimeout(() => messages.stop(), 10_000);
    let reached = after;
    try {
      for await (const message of messages) {
        reached = message.seq;
        const entry = this.#took(message);
        if (entry !== undefined) entries.push(entry);
        if (reached >= last) break;
      }
    } finally {
      clearTimeout(giveUp);
      messages.stop();
    }
    if (reached < last) throw new Error("the log could not be read to its end");
    return entries;
  }

  #consumer(after: number) {
    return this.#js.consumers.get(this.#options.stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
    });
  }

  /** The entry that a message completes. */
  #took(message: JsMsg): Logged | undefined {
    const [n = 1, count = 1] = (message.headers?.get(PART) ?? "").split("/")
      .filter((part) => part !== "").map(Number);
    const { seq } = message;
    if (n === 1) this.#parts = [];
    // The beginning belongs to a core that was replaced on the way.
    const isWhole = this.#parts.length === n - 1;
    if (isWhole) this.#parts.push(message.data);
    if (!isWhole || n < count) {
      if (seq > this.#tail.seq) this.#tail = { ...this.#tail, seq };
      return undefined;
    }
    const bytes = count === 1 ? message.data : joined(this.#parts);
    this.#parts = [];
    if (seq > this.#tail.seq) this.#tail = { index: seq, seq };
    return { index: seq, bytes };
  }

  /** Undefined: the log was closed. */
  async #retry<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!this.#isClosed) {
      try {
        return await work();
      } catch {
        await pause(AGAIN_MS);
      }
    }
    return undefined;
  }
}

function announcedSubject({ subject }: StreamLogOptions): string {
  return `${subject}.announced`;
}

/** Why a nats-server of this version cannot be used; undefined: it can. */
export function versionFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const { major: most, minor: least } = OLDEST;
  if (major > most || (major === most && minor >= least)) return undefined;
  return `nats-server ${version} is too old: it takes writes of a core that ` +
    `has been replaced. Use ${most}.${least} or later.`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function isBehind(error: unknown): boolean {
  return error instanceof NotStored && BEHIND.includes(error.code);
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10059;
}
