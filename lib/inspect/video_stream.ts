/**
 * Describes the video port: each connection carries one request and at most one
 * answer, each direction separately.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import {
  INCOMPLETE,
  MAX_HEAD_BYTES,
  MAX_OFFSET,
  NOT_A_REQUEST,
  readAnswer,
  readRequest,
  type VideoRequest,
} from "../protocol/video_port.ts";
import { pictureFault } from "../video/jpeg.ts";
import {
  type Inspected,
  leftOver,
  type Place,
  type Stream,
} from "./streams.ts";

/** Size of the client's buffer, whose overflow it does not check. */
const CLIENT_BUFFER = 256_000;
/** More bytes than the client reads before the picture. */
const MAX_ANSWER_HEAD = 4096;

const NAMES: Readonly<Record<VideoRequest["kind"], string>> = {
  "publisher hello": "VIDEO_PUBLISHER_HELLO",
  "viewer hello": "VIDEO_VIEWER_HELLO",
  picture: "VIDEO_PICTURE",
  fetch: "VIDEO_FETCH",
};

abstract class OneTransaction implements Stream {
  protected rest: Uint8Array = new Uint8Array();
  /** Set when nothing more is read: complete, or not understood. */
  #finished = false;

  push(place: Place, bytes: Uint8Array): Inspected[] {
    if (this.#finished) return [];
    this.rest = concat([this.rest, bytes]);
    const found = this.read();
    if (found === undefined) return [];
    this.#finished = true;
    return [{ ...place, ...found }];
  }

  end(place: Place): Inspected[] {
    return this.#finished
      ? []
      : leftOver(place, this.rest.length, "a transaction of the video port");
  }

  /** Returns undefined while bytes are missing. */
  protected abstract read(): Found | undefined;
}

type Found = Omit<Inspected, keyof Place>;

/** Describes the client's side. */
export class VideoRequestStream extends OneTransaction {
  protected override read(): Found | undefined {
    const { rest } = this;
    const head = readRequest(rest);
    if (head === INCOMPLETE && rest.length <= MAX_HEAD_BYTES) return undefined;
    if (head === INCOMPLETE || head === NOT_A_REQUEST) {
      const faults = ["no request that the client sends"];
      return { name: "VIDEO", length: rest.length, fields: {}, faults };
    }
    const { request, bytes } = head;
    const { kind, ...fields } = request;
    const size = request.kind === "picture" ? request.size : 0;
    if (rest.length < bytes + size) return undefined;
    const fault = kind === "picture"
      ? pictureFault(rest.subarray(bytes, bytes + size))
      : undefined;
    return {
      name: NAMES[kind],
      length: bytes + size,
      fields: { ...fields },
      faults: [
        ...(fault === undefined ? [] : [`no picture: ${fault}`]),
        ...excess(rest.length - bytes - size),
      ],
    };
  }
}

/** Describes the server's answer: the offset of a hello, or a picture. */
export class VideoAnswerStream extends OneTransaction {
  protected override read(): Found | undefined {
    const { rest } = this;
    if (rest.length < 2) return undefined;
    const offset = (rest[0]! << 8) | rest[1]!;
    // The other answer begins with letters, which would be a larger number.
    if (offset <= MAX_OFFSET) {
      return {
        name: "VIDEO_OFFSET",
        length: 2,
        fields: { offset },
        faults: excess(rest.length - 2),
      };
    }
    return this.#picture();
  }

  override end(place: Place): Inspected[] {
    if (this.rest.length !== 2) return super.end(place);
    const offset = (this.rest[0]! << 8) | this.rest[1]!;
    if (offset <= MAX_OFFSET) return [];
    return [{
      ...place,
      name: "VIDEO_OFFSET",
      length: 2,
      fields: { offset },
      faults: [`outside 0..${MAX_OFFSET}: the client reads other memory`],
    }];
  }

  #picture(): Found | undefined {
    const { rest } = this;
    const name = "VIDEO_ANSWER";
    const length = rest.length;
    const picture = readAnswer(rest);
    if (picture === NOT_A_REQUEST) {
      return {
        name,
        length,
        fields: {},
        faults: ["no Content-Length: the client counts a failure"],
      };
    }
    if (picture === INCOMPLETE) {
      const head = new TextDecoder("latin1")
        .decode(rest.subarray(0, MAX_ANSWER_HEAD));
      const size = Number(/Content-Length: *(\d{1,9})/.exec(head)?.[1] ?? 0);
      if (size > CLIENT_BUFFER) {
        const faults = [`more than ${CLIENT_BUFFER} bytes crash the client`];
        return { name, length, fields: { size }, faults };
      }
      if (length <= CLIENT_BUFFER + MAX_ANSWER_HEAD) return undefined;
      const faults = ["no answer that the client understands"];
      return { name, length, fields: {}, faults };
    }
    const fault = pictureFault(picture);
    return {
      name,
      length,
      fields: { size: picture.length },
      faults: [
        ...(picture.length > CLIENT_BUFFER
          ? [`more than ${CLIENT_BUFFER} bytes crash the client`]
          : []),
        ...(fault === undefined ? [] : [`no picture: ${fault}`]),
      ],
    };
  }
}

function excess(bytes: number): string[] {
  return bytes > 0 ? [`${bytes} bytes more than it should have`] : [];
}
