/**
 * Transactions with the video port as the real client makes them: one
 * connection for each (docs/protocol.md, "Room video").
 *
 * @module
 */
import { writeAll } from "../net/write_all.ts";
import {
  encodeRequest,
  INCOMPLETE,
  NOT_A_REQUEST,
  readAnswer,
  type VideoRequest,
} from "../protocol/video_port.ts";
import type { ByteStream } from "./transport.ts";

/** Opens a connection to the video port. */
export type OpenVideo = () => Promise<ByteStream>;

/**
 * Size of the client's buffer. It does not check the length, so more bytes
 * overwrite memory.
 */
const BUFFER_BYTES = 256_000;

/** Thrown for a transaction that the real client counts as failed. */
export class VideoFailure extends Error {
  override name = "VideoFailure";
}

/** Sends the hello and returns the offset. */
export async function sayHello(
  open: OpenVideo,
  request: Extract<VideoRequest, { kind: "publisher hello" | "viewer hello" }>,
): Promise<number> {
  return await transact(open, async (stream) => {
    await writeAll(stream, encodeRequest(request));
    const answer = new Uint8Array(2);
    for (let have = 0; have < 2;) {
      const got = await stream.read(answer.subarray(have));
      if (got === null) throw new VideoFailure("no offset came");
      have += got;
    }
    return (answer[0]! << 8) | answer[1]!;
  });
}

/** Sends a picture; the server does not answer. */
export async function pushPicture(
  open: OpenVideo,
  uid: number,
  digits: string,
  jpeg: Uint8Array,
): Promise<void> {
  await transact(open, async (stream) => {
    const size = jpeg.length;
    const head = encodeRequest({ kind: "picture", uid, digits, size });
    await writeAll(stream, head);
    await writeAll(stream, jpeg);
    if (await stream.read(new Uint8Array(1)) !== null) {
      throw new VideoFailure("an answer to a picture");
    }
  });
}

/** Fetches a picture, however long the server holds the request. */
export async function fetchPicture(
  open: OpenVideo,
  publisher: number,
  viewer: number,
  digits: string,
): Promise<Uint8Array> {
  return await transact(open, async (stream) => {
    const kind = "fetch";
    await writeAll(
      stream,
      encodeRequest({ kind, publisher, viewer, digits }),
    );
    const buffer = new Uint8Array(BUFFER_BYTES + 1);
    let have = 0;
    // The server closes first.
    for (;;) {
      const got = await stream.read(buffer.subarray(have));
      if (got === null) break;
      have += got;
      if (have > BUFFER_BYTES) {
        throw new VideoFailure("a picture larger than the client's buffer");
      }
    }
    const picture = readAnswer(buffer.subarray(0, have));
    if (picture === INCOMPLETE || picture === NOT_A_REQUEST) {
      throw new VideoFailure(`no picture in ${have} bytes`);
    }
    if (picture[0] !== 0xff || picture[1] !== 0xd8) {
      throw new VideoFailure("not a JPEG");
    }
    return picture.slice();
  });
}

async function transact<T>(
  open: OpenVideo,
  work: (stream: ByteStream) => Promise<T>,
): Promise<T> {
  const stream = await open();
  try {
    return await work(stream);
  } finally {
    try {
      stream.close();
    } catch {
      // The error that ended the connection has closed it too.
    }
  }
}
