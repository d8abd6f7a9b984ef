/**
 * Writes an answer: either complete, with a known length, or as a stream of
 * events until either side ends it.
 *
 * @module
 */
import { concat } from "../../protocol/bytes.ts";

export interface Writing {
  readonly response: Response;
  readonly version: "1.0" | "1.1";
  readonly withBody: boolean;
  /** Whether the connection stays open for another request. */
  readonly stays: boolean;
  write(bytes: Uint8Array): Promise<void>;
  /** Called once when the answer has no end of its own; `gone` ends it. */
  whileStreaming(gone: () => void): void;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  302: "Found",
  303: "See Other",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

const encoder = new TextEncoder();

/** Returns a sentence as plain text. */
export function bareResponse(
  status: number,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(sentence + "\n", {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/**
 * Writes the answer. Returns whether the connection stays open; rejects when a
 * write does.
 */
export async function writeResponse(one: Writing): Promise<boolean> {
  const { response, withBody, write } = one;
  if (!withBody || response.body === null) {
    const body = new Uint8Array(await response.arrayBuffer());
    await write(headOf(one, body.length, one.stays));
    return one.stays;
  }
  if (isEventStream(response)) {
    await write(headOf(one, null, false));
    await pump(response.body, write, one.whileStreaming);
    return false;
  }
  const length = response.headers.get("content-length");
  if (length !== null) {
    await write(headOf(one, Number(length), one.stays));
    for await (const bytes of response.body) await write(bytes);
    return one.stays;
  }
  const body = new Uint8Array(await response.arrayBuffer());
  await write(concat([headOf(one, body.length, one.stays), body]));
  return one.stays;
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** Copies the stream until it ends or its reader disconnects. */
async function pump(
  body: ReadableStream<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
  whileStreaming: (gone: () => void) => void,
): Promise<void> {
  const reader = body.getReader();
  whileStreaming(() => void reader.cancel().catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      await write(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Some clients of the time recognise only "Content-Type", not "content-type".
 */
function headOf(
  { response, version }: Writing,
  length: number | null,
  stays: boolean,
): Uint8Array<ArrayBuffer> {
  const { status, headers } = response;
  let head = `HTTP/${version} ${status} ${REASONS[status] ?? "-"}\r\n`;
  for (const [name, value] of headers) {
    if (name !== "content-length") head += `${titled(name)}: ${value}\r\n`;
  }
  head += `Date: ${new Date().toUTCString()}\r\n`;
  if (length !== null) head += `Content-Length: ${length}\r\n`;
  if (!stays) head += "Connection: close\r\n";
  return encoder.encode(head + "\r\n");
}

function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
