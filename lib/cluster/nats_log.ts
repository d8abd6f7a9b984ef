/**
 * The log, stored as a JetStream stream.
 *
 * Each message names the number after which it belongs, and only one is in
 * flight at a time. A core that has been replaced cannot write, not even
 * messages sent before it was suspended, because its successor starts with an
 * entry of its own. With several messages in flight this would be no fence: the
 * next number of a core that resumes could be right by chance. The header
 * Nats-Expected-Last-Msg-Id would be a fence as well, but with several replicas
 * nats-server up to 2.15 checks it so late that one wrong message ends the
 * stream (docs/adr/0020).
 *
 * @module
 */
import {
  DeliverPolicy,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { NotStored, StreamPublisher } from "./nats_publisher.ts";
import {
  announcedSubject,
  openStream,
  type StreamLogOptions,
} from "./nats_stream.ts";
import { pause } from "./pause.ts";
import type { Log, Logged } from "./broker.ts";

/** Milliseconds after which an unanswered publish is repeated. */
const ANSWER_MS = 1000;
/** Milliseconds until a failed operation is repeated. */
const AGAIN_MS = 50;
/** Error codes "wrong last sequence", with and without the right one. */
const BEHIND: readonly number[] = [10071, 10164];
/** Bytes reserved for headers in the longest message that a server accepts. */
const MARGIN = 8192;
/** Header that marks one of several messages of an entry: "2/3". */
const PART = "Rp-Part";
const ID = "Nats-Msg-Id";

interface Tail {
  /** Last complete entry. */
  readonly index: number;
  /** Last message. */
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
  /** Messages of an incomplete entry. */
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

  /** Opens or creates the stream. */
  static async open(
    connection: NatsConnection,
    options: StreamLogOptions,
  ): Promise<StreamLog> {
    return new StreamLog(
      connection,
      await openStream(connection, options),
      options,
    );
  }

  get mostAnnounced(): number {
    return this.#options.announcedAs === undefined ? 0 : this.#maxPart;
  }

  /** Returns the number of the last message in the stream. */
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
    // This entry is already being repeated until it is answered.
    if (this.#writing.has(id)) return;
    // Entries have been seen that the writer does not know of.
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

  /**
   * Returns a unique name of this log, which a later log with the same name
   * does not have.
   */
  async identity(): Promise<string> {
    const info = await this.#manager.streams.info(this.#options.stream);
    return `${info.config.name} ${info.created}`;
  }

  /**
   * Calls back with all entries after `after` as they arrive. Calls `onGap`,
   * and nothing more, when entries after it have been deleted. Returns an
   * unsubscribe function.
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
          // The server is down, or has not found its leader yet.
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

  /** Returns the number of the first message that still exists. */
  async first(): Promise<number> {
    const info = await this.#manager.streams.info(this.#options.stream);
    return info.state.first_seq;
  }

  close(): void {
    this.#isClosed = true;
    this.#publisher.close();
  }

  /** Writes a message; undefined if the log was closed. */
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
        // Our own message, whose answer was lost.
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
      // All messages of the log have been deleted; only the sequence number is
      // left.
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

  /** Returns the entry that a message completes. */
  #took(message: JsMsg): Logged | undefined {
    const [n = 1, count = 1] = (message.headers?.get(PART) ?? "").split("/")
      .filter((part) => part !== "").map(Number);
    const { seq } = message;
    if (n === 1) this.#parts = [];
    // The first parts came from a core that was replaced in between.
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

  /** Repeats `work` until it succeeds; undefined if the log was closed. */
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
