/**
 * A small HTTP/1.0 server for the old client and the browsers of its time:
 * it takes bare newlines, absolute request URIs, no Host header, blanks and
 * Windows-1252 bytes in the path, all of which today's parsers refuse
 * (docs/protocol.md, "Finding the server", "The client's browser").
 *
 * It answers the old client's addresses only, and everything else with 404.
 *
 * @module
 */
import { concat } from "../../protocol/bytes.ts";
import { decodeText, encodeText } from "../../protocol/windows1252.ts";
import type { Logger } from "../../ops/log.ts";
import { isLegacyPath } from "./paths.ts";
import { readHead, type RequestHead } from "./request_head.ts";

const MOST_HEAD = 16 * 1024;
const MOST_BODY = 64 * 1024;
const DEADLINE_MS = 10_000;
const MOST_CONNECTIONS = 256;
const MOST_PER_ADDRESS = 32;

type Answer = (
  request: Request,
  remote: string,
  local: string,
) => Promise<Response>;

export class LegacyEdge {
  readonly addr: Deno.NetAddr;
  readonly #listener: Deno.TcpListener;
  readonly #answer: Answer;
  readonly #log: Logger;
  readonly #connections = new Map<Deno.TcpConn, string>();
  readonly #accepting: Promise<void>;

  /** Throws what Deno.listen throws. */
  constructor(
    options: { hostname: string; port: number },
    answer: Answer,
    log: Logger,
  ) {
    this.#listener = Deno.listen({ ...options, transport: "tcp" });
    this.addr = this.#listener.addr;
    this.#answer = answer;
    this.#log = log;
    this.#accepting = this.#accept();
  }

  async shutdown(): Promise<void> {
    this.#listener.close();
    for (const conn of this.#connections.keys()) close(conn);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    for (;;) {
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        if (error instanceof Deno.errors.Interrupted) return;
        // Out of file descriptors, or gone before it was taken: go on, slowly.
        this.#log.warn("accept failed", { error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      const { hostname } = conn.remoteAddr;
      const own = [...this.#connections.values()]
        .filter((one) => one === hostname).length;
      if (
        this.#connections.size >= MOST_CONNECTIONS || own >= MOST_PER_ADDRESS
      ) {
        close(conn);
        continue;
      }
      this.#connections.set(conn, hostname);
      void this.#serve(conn);
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    const deadline = setTimeout(() => close(conn), DEADLINE_MS);
    try {
      const { response, isHead } = await this.#respond(conn);
      await writeAll(conn, await bytesOf(response, isHead));
      await conn.closeWrite();
    } catch {
      // The other end went away, or was too slow.
    } finally {
      clearTimeout(deadline);
      this.#connections.delete(conn);
      close(conn);
    }
  }

  async #respond(
    conn: Deno.TcpConn,
  ): Promise<{ response: Response; isHead: boolean }> {
    const read = await readRequest(conn);
    if (read === null) return { response: bare(400), isHead: false };
    const { head, body } = read;
    const isHead = head.method === "HEAD";
    if (!isLegacyPath(head.path)) return { response: bare(404), isHead };
    try {
      const request = new Request(`http://legacy${head.path}${head.query}`, {
        method: isHead ? "GET" : head.method,
        headers: head.headers,
        ...(head.method === "POST" && { body }),
      });
      const response = await this.#answer(
        request,
        conn.remoteAddr.hostname,
        conn.localAddr.hostname,
      );
      return { response, isHead };
    } catch (error) {
      this.#log.debug("request refused", { error: String(error) });
      return { response: bare(400), isHead };
    }
  }
}

function bare(status: number): Response {
  const text = status === 404 ? "Not found.\n" : "Not understood.\n";
  return new Response(text, {
    status,
    headers: { "content-type": "text/plain" },
  });
}

/** Null for what is no request; rejects when the other end goes away. */
async function readRequest(
  conn: Deno.TcpConn,
): Promise<{ head: RequestHead; body: Uint8Array<ArrayBuffer> } | null> {
  const chunk = new Uint8Array(4096);
  let bytes = new Uint8Array();
  for (;;) {
    const head = readHead(decodeText(bytes));
    if (head !== "incomplete") {
      if (head === null) return null;
      const length = head.method === "POST" ? head.bodyLength : 0;
      if (length > MOST_BODY) return null;
      while (bytes.length < head.length + length) {
        const n = await conn.read(chunk);
        if (n === null) return null;
        bytes = concat([bytes, chunk.slice(0, n)]);
      }
      return { head, body: bytes.slice(head.length, head.length + length) };
    }
    if (bytes.length > MOST_HEAD) return null;
    const n = await conn.read(chunk);
    if (n === null) return null;
    bytes = concat([bytes, chunk.slice(0, n)]);
  }
}

/** Headers that mean something to a client of HTTP/1.0. */
async function bytesOf(
  response: Response,
  isHead: boolean,
): Promise<Uint8Array> {
  const body = new Uint8Array(await response.arrayBuffer());
  let head = `HTTP/1.0 ${response.status} ${reason(response.status)}\r\n`;
  for (const [name, value] of response.headers) {
    if (name !== "content-length") head += `${title(name)}: ${value}\r\n`;
  }
  head += `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return isHead ? encodeText(head) : concat([encodeText(head), body]);
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  303: "See Other",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
};

function reason(status: number): string {
  return REASONS[status] ?? (status < 400 ? "OK" : "Error");
}

/** Some readers of the time knew only "Content-Type". */
function title(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
