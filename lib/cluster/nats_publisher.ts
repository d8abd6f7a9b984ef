/**
 * Publishes to a stream and waits for its acknowledgement, one message at a
 * time. The client's own publish does the same at four times the cost: each
 * call makes timers, promises and headers for what is not used here.
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

/** What the stream answered instead of storing the message. */
export class NotStored extends Error {
  override name = "NotStored";
  /** `code`: the error code of JetStream, 0 when there was no answer. */
  constructor(message: string, readonly code = 0) {
    super(message);
  }
}

export interface StreamMessage {
  readonly subject: string;
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Marks one of several messages that are one entry: "2/3"; "": the only. */
  readonly part: string;
  /** The number of the message behind which it belongs. */
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

  constructor(connection: NatsConnection, answerMs: number) {
    this.#connection = connection;
    this.#answerMs = answerMs;
    const subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
      },
    });
    // One for all of them: a timer for each message would cost more than it.
    const timer = setInterval(() => this.#look(), answerMs / 4);
    this.#end = () => {
      clearInterval(timer);
      if (!connection.isClosed()) subscription.unsubscribe();
    };
  }

  /**
   * Resolves with the number of the stored message.
   *
   * @throws {NotStored} also when no answer came in time: it may be stored
   */
  publish(message: StreamMessage): Promise<number> {
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

  #look(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (performance.now() - waiting.since < this.#answerMs) return;
    waiting.failed(new NotStored("no answer in time"));
  }

  #answered(message: Msg): void {
    const waiting = this.#waiting;
    // A late answer to an earlier try.
    if (waiting?.token !== message.subject) return;
    if (message.headers?.code === NO_RESPONDERS) {
      return waiting.failed(new NotStored("nobody has the stream", 0));
    }
    const { seq = 0, error } = answerIn(message);
    // A refusal carries a number, too.
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
