/**
 * Publishes to a stream and waits for the acknowledgement, one message at a
 * time. The NATS client's own publish costs four times as much, because each
 * call creates timers, promises and headers that are not needed here.
 *
 * @module
 */
import {
  createInbox,
  headers,
  Match,
  type Msg,
  type NatsConnection,
} from "@nats-io/transport-node";

const PART = "Rp-Part";
const ID = "Nats-Msg-Id";
const EXPECTED_LAST = "Nats-Expected-Last-Sequence";
const NO_RESPONDERS = 503;

/** Thrown when the stream has refused a message. */
export class NotStored extends Error {
  override name = "NotStored";
  /** @param code error code of JetStream, 0 when there was no answer */
  constructor(message: string, readonly code = 0) {
    super(message);
  }
}

export interface StreamMessage {
  readonly subject: string;
  readonly id: string;
  readonly bytes: Uint8Array;
  /**
   * Marks one of several messages of an entry: "2/3"; "" for a single message.
   */
  readonly part: string;
  /** Number of the message after which it belongs. */
  readonly behind: number;
}

interface Waiting {
  readonly token: string;
  readonly since: number;
  readonly stored: (seq: number) => void;
  readonly failed: (error: NotStored) => void;
}

export class StreamPublisher {
  readonly #connection: NatsConnection;
  readonly #answerMs: number;
  readonly #inbox = createInbox();
  readonly #end: () => void;
  #count = 0;
  #waiting: Waiting | undefined;
  #isConnected = true;

  constructor(connection: NatsConnection, answerMs: number) {
    this.#connection = connection;
    this.#answerMs = answerMs;
    const subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
      },
    });
    void this.#watch();
    // One timer for all messages, because one for each would cost more than the
    // message.
    const timer = setInterval(() => this.#look(), answerMs / 4);
    this.#end = () => {
      clearInterval(timer);
      if (!connection.isClosed()) subscription.unsubscribe();
    };
  }

  /**
   * Resolves with the number of the stored message.
   *
   * @throws {NotStored} also when no answer arrives in time, although the
   * message may have been stored
   */
  publish(message: StreamMessage): Promise<number> {
    // The client would keep it, and every repetition, without bound.
    if (!this.#isConnected) {
      return Promise.reject(new NotStored("no connection to NATS"));
    }
    const { subject, id, bytes, part, behind } = message;
    const fields = headers();
    fields.set(ID, id, Match.Exact);
    fields.set(EXPECTED_LAST, `${behind}`, Match.Exact);
    if (part !== "") fields.set(PART, part, Match.Exact);
    const token = `${this.#inbox}.${++this.#count}`;
    return new Promise((resolve, reject) => {
      const end = () => this.#waiting = undefined;
      this.#waiting = {
        token,
        since: performance.now(),
        stored: (seq) => (end(), resolve(seq)),
        failed: (error) => (end(), reject(error)),
      };
      try {
        this.#connection.publish(subject, bytes, {
          reply: token,
          headers: fields,
        });
      } catch (error) {
        this.#waiting.failed(new NotStored(String(error)));
      }
    });
  }

  close(): void {
    this.#waiting?.failed(new NotStored("closed"));
    this.#end();
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === "disconnect") this.#isConnected = false;
      else if (type === "reconnect") this.#isConnected = true;
    }
  }

  #look(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (performance.now() - waiting.since < this.#answerMs) return;
    waiting.failed(new NotStored("no answer in time"));
  }

  #answered(message: Msg): void {
    const waiting = this.#waiting;
    // A late answer to an earlier attempt.
    if (waiting?.token !== message.subject) return;
    if (message.headers?.code === NO_RESPONDERS) {
      return waiting.failed(new NotStored("nobody has the stream", 0));
    }
    const { seq = 0, error } = answerIn(message);
    // A refusal has a number as well.
    if (error === undefined && seq > 0) waiting.stored(seq);
    else {
      waiting.failed(new NotStored(error?.description ?? "", error?.err_code));
    }
  }
}

interface Answer {
  readonly seq?: number;
  readonly error?: {
    readonly err_code?: number;
    readonly description?: string;
  };
}

function answerIn(message: Msg): Answer {
  try {
    return message.json<Answer>();
  } catch {
    return { error: { description: "an answer that is no JSON" } };
  }
}
