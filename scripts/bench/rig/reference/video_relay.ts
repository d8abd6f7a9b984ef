/**
 * video_relay.ts PORT: a minimal relay of pictures in Deno, without checks,
 * limits or identification. It shows the cost of the platform.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- says when it is ready
import {
  encodeAnswerHead,
  INCOMPLETE,
  NOT_A_REQUEST,
  readRequest,
} from "../../../../lib/protocol/video_port.ts";

interface Source {
  answer: Uint8Array;
  sequence: number;
  readonly waiting: Set<(answer: Uint8Array) => void>;
}

const sources = new Map<number, Source>();
const seen = new Map<string, number>();
const OFFSET = Uint8Array.of(0, 7);

async function serve(conn: Deno.TcpConn): Promise<void> {
  const head = new Uint8Array(512);
  try {
    for (let have = 0;;) {
      const got = await conn.read(have === 0 ? head : head.subarray(have));
      if (got === null) return;
      have += got;
      const read = readRequest(head.subarray(0, have));
      if (read === NOT_A_REQUEST) return;
      if (read === INCOMPLETE) continue;
      const { request, bytes } = read;
      if (request.kind === "fetch") {
        await conn.write(await next(request.publisher, request.viewer));
      } else if (request.kind === "picture") {
        const jpeg = new Uint8Array(request.size);
        jpeg.set(head.subarray(bytes, have));
        for (let at = have - bytes; at < jpeg.length;) {
          const got = await conn.read(jpeg.subarray(at));
          if (got === null) return;
          at += got;
        }
        keep(request.uid, jpeg);
      } else {
        await conn.write(OFFSET);
      }
      return;
    }
  } catch {
    // The peer has closed the connection.
  } finally {
    conn.close();
  }
}

function sourceOf(uid: number): Source {
  let source = sources.get(uid);
  if (source === undefined) {
    source = { answer: new Uint8Array(), sequence: 0, waiting: new Set() };
    sources.set(uid, source);
  }
  return source;
}

function next(publisher: number, viewer: number): Promise<Uint8Array> {
  const source = sourceOf(publisher);
  const key = `${publisher} ${viewer}`;
  if (source.sequence > (seen.get(key) ?? 0)) {
    seen.set(key, source.sequence);
    return Promise.resolve(source.answer);
  }
  return new Promise((resolve) =>
    source.waiting.add((answer) => {
      seen.set(key, source.sequence);
      resolve(answer);
    })
  );
}

function keep(uid: number, jpeg: Uint8Array): void {
  const source = sourceOf(uid);
  const head = encodeAnswerHead(jpeg.length);
  const answer = new Uint8Array(head.length + jpeg.length);
  answer.set(head);
  answer.set(jpeg, head.length);
  source.answer = answer;
  source.sequence++;
  for (const tell of source.waiting) tell(answer);
  source.waiting.clear();
}

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0] ?? 0),
  tcpBacklog: 4096,
});
const at = `127.0.0.1:${listener.addr.port}`;
console.log(
  `ready ${JSON.stringify({ chat: at, voice: at, video: at, pid: Deno.pid })}`,
);
for (;;) {
  try {
    void serve(await listener.accept());
  } catch {
    // Reset before it was accepted.
  }
}
