/**
 * Describes a whole capture, in either form, frame by frame.
 *
 * @module
 */
import { dissectFrame } from "./dissect.ts";
import { readHexLog } from "./hexlog.ts";
import { type Segment, segmentOf } from "./ip.ts";
import { BadCapture, isCapture, readPackets } from "./pcap.ts";
import { Reassembly } from "./reassembly.ts";
import {
  ChatStream,
  inspectDatagram,
  type Inspected,
  type Stream,
  VoiceStream,
} from "./streams.ts";
import { VideoAnswerStream, VideoRequestStream } from "./video_stream.ts";

export interface InspectOptions {
  readonly chatPort: number;
  readonly voicePort: number;
  readonly videoPort: number;
  /** Shows passwords too. */
  readonly showSecrets: boolean;
}

export interface Inspection {
  readonly frames: readonly Inspected[];
  /** Problems with the file itself. */
  readonly problems: readonly string[];
}

export function inspectFile(
  bytes: Uint8Array,
  options: InspectOptions,
): Inspection {
  return isCapture(bytes)
    ? inspectCapture(bytes, options)
    : inspectLog(new TextDecoder().decode(bytes), options);
}

function inspectLog(text: string, options: InspectOptions): Inspection {
  const frames: Inspected[] = [];
  const problems: string[] = [];
  const streams = new Map<string, Stream>();
  for (const one of readHexLog(text)) {
    if ("fault" in one) {
      problems.push(`line ${one.line}: ${one.fault}`);
      continue;
    }
    const { at, connection, direction, payload } = one;
    const place = { at, connection, direction };
    if (one.type !== undefined) {
      frames.push({
        ...place,
        type: one.type,
        version: one.version ?? 0,
        length: payload.length,
        ...dissectFrame(direction, one.type, payload, options.showSecrets),
      });
    } else if (connection.startsWith("UDP#")) {
      frames.push(inspectDatagram(place, payload));
    } else {
      const key = `${connection} ${direction}`;
      const stream = streams.get(key) ?? new VoiceStream();
      streams.set(key, stream);
      frames.push(...stream.push(place, payload));
    }
  }
  return { frames, problems };
}

/** Both directions of one connection. */
interface Connection {
  readonly name: string;
  readonly client: string;
  readonly ways: Readonly<
    Record<Inspected["direction"], { bytes: Reassembly; stream: Stream }>
  >;
}

function inspectCapture(
  bytes: Uint8Array,
  options: InspectOptions,
): Inspection {
  const frames: Inspected[] = [];
  const problems: string[] = [];
  const connections = new Map<string, Connection>();
  const counts = { CHAT: 0, VOICE: 0, VIDEO: 0 };
  const kinds = new Map<number, Kind>([
    [options.videoPort, "VIDEO"],
    [options.voicePort, "VOICE"],
    [options.chatPort, "CHAT"],
  ]);
  let first: number | null = null;
  let last = 0;

  const take = (segment: Segment) => {
    const toServer = kinds.has(segment.toPort);
    const port = toServer ? segment.toPort : segment.fromPort;
    const kind = kinds.get(port);
    if (kind === undefined) return;
    first ??= segment.at;
    const at = last = segment.at - first;
    const direction = toServer ? "C>S" : "S>C";
    if (segment.protocol === "udp") {
      if (kind !== "VOICE") return;
      const place = { at, connection: `UDP#${port}`, direction } as const;
      frames.push(inspectDatagram(place, segment.payload));
      return;
    }
    const key = [segment.from, segment.to].sort().join(" ");
    let connection = connections.get(key);
    if (!connection || (segment.syn && toServer)) {
      connection = open(
        `${kind}#${++counts[kind]}`,
        toServer ? segment.from : segment.to,
        STREAMS[kind],
        options,
      );
      connections.set(key, connection);
    }
    const way = connection.ways[direction];
    for (const piece of way.bytes.push(segment)) {
      const place = { at, connection: connection.name, direction } as const;
      frames.push(...way.stream.push(place, piece));
    }
  };

  try {
    for (const packet of readPackets(bytes)) {
      const segment = segmentOf(packet);
      if (segment) take(segment);
    }
  } catch (error) {
    if (!(error instanceof BadCapture)) throw error;
    problems.push(error.message);
  }
  for (const { name, ways } of connections.values()) {
    for (const direction of ["C>S", "S>C"] as const) {
      const { bytes: reassembly, stream } = ways[direction];
      const place = { at: last, connection: name, direction };
      for (const piece of reassembly.finish()) {
        frames.push(...stream.push(place, piece));
      }
      frames.push(...stream.end(place));
      if (reassembly.missing > 0) {
        problems.push(
          `${name} ${direction}: the capture lacks ${reassembly.missing} bytes.`,
        );
      }
    }
  }
  return { frames, problems };
}

type Kind = "CHAT" | "VOICE" | "VIDEO";

const STREAMS: Readonly<
  Record<
    Kind,
    (direction: Inspected["direction"], options: InspectOptions) => Stream
  >
> = {
  CHAT: (_, { showSecrets }) => new ChatStream(showSecrets),
  VOICE: () => new VoiceStream(),
  VIDEO: (direction) =>
    direction === "C>S" ? new VideoRequestStream() : new VideoAnswerStream(),
};

function open(
  name: string,
  client: string,
  stream: (typeof STREAMS)[Kind],
  options: InspectOptions,
): Connection {
  const way = (direction: Inspected["direction"]) => ({
    bytes: new Reassembly(),
    stream: stream(direction, options),
  });
  return { name, client, ways: { "C>S": way("C>S"), "S>C": way("S>C") } };
}
