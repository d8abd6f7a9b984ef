/**
 * Describes a frame: its name, its fields, and its violations of the protocol.
 *
 * @module
 */
import {
  type AnyPacket,
  CLIENT_CODECS,
  SERVER_CODECS,
} from "../protocol/codecs.ts";
import { hazardIn } from "../protocol/hazards.ts";
import { Malformed } from "../protocol/layout.ts";
import {
  CLIENT_TYPES,
  nameOfClientType,
  nameOfServerType,
} from "../protocol/packet_types.ts";
import { registration } from "../protocol/packets/accounts.ts";
import { privateRoom } from "../protocol/packets/rooms.ts";
import { feedback } from "../protocol/packets/signon.ts";
import { blanked, secretIn } from "../protocol/secrets.ts";
import { checkVoiceFrame, speakerOf, ssrcOf, u32 } from "../protocol/rtp.ts";
import { decodeText } from "../protocol/windows1252.ts";

export type Direction = "C>S" | "S>C";

export interface Dissection {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly faults: readonly string[];
}

export function dissectFrame(
  direction: Direction,
  type: number,
  payload: Uint8Array,
  showSecrets = false,
): Dissection {
  const fromClient = direction === "C>S";
  const name = fromClient ? nameOfClientType(type) : nameOfServerType(type);
  const faults: string[] = [];
  if (!fromClient) {
    const hazard = hazardIn(type, payload);
    if (hazard !== undefined) faults.push(hazard);
  }
  const codecs = codecsOf(fromClient, type, payload);
  if (codecs.length === 0) {
    return {
      name,
      fields: payload.length === 0 ? {} : { payload: preview(payload) },
      faults: name.startsWith("type ")
        ? ["a type that the 5.0 client does not know", ...faults]
        : faults,
    };
  }
  const secret = showSecrets
    ? undefined
    : secretIn(fromClient ? "client" : "server", type, payload.length);
  const password = secret?.kind === "password" ? secret : undefined;
  const hidden = password && {
    hidden: `${payload.length - password.from} bytes, with a password`,
  };
  const shown = blanked(payload, password);
  let reason = "";
  for (const codec of codecs) {
    let excess = 0;
    const value = codec.parse(payload, (bytes) => excess = bytes);
    if (value instanceof Malformed) {
      reason ||= value.reason;
      continue;
    }
    if (excess > 0) faults.push(`${excess} bytes more than it should have`);
    if (password === undefined) {
      return { name, fields: fieldsOf(value), faults };
    }
    // Redacted records may no longer be valid records.
    const rest = password.from > 0 ? codec.parse(shown) : undefined;
    const fields = rest instanceof Malformed ? {} : fieldsOf(rest);
    return { name, fields: { ...fields, ...hidden }, faults };
  }
  return {
    name,
    fields: { payload: preview(shown) },
    faults: [`malformed: ${reason}`, ...faults],
  };
}

/**
 * FEEDBACK has two special forms, which depend on the packet that it answers.
 */
function codecsOf(
  fromClient: boolean,
  type: number,
  payload: Uint8Array,
): readonly AnyPacket[] {
  if (!fromClient && type === feedback.type && payload.length >= 4) {
    const view = new DataView(payload.buffer, payload.byteOffset);
    const to = view.getInt16(0);
    const special: AnyPacket | undefined = to === CLIENT_TYPES.REGISTER.type
      ? registration as AnyPacket
      : to === CLIENT_TYPES.PRIVATE_INVITE.type && view.getInt16(2) === 0
      ? privateRoom as AnyPacket
      : undefined;
    return special ? [special, feedback as AnyPacket] : [feedback as AnyPacket];
  }
  return (fromClient ? CLIENT_CODECS : SERVER_CODECS)
    .filter((codec) => codec.type === type);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  const shown = readable(value);
  if (shown === undefined || shown === null) return {};
  return typeof shown === "object" && !Array.isArray(shown)
    ? shown as Record<string, unknown>
    : { value: shown };
}

/** Converts bytes to text and maps to objects. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return preview(value);
  if (value instanceof Map) {
    return Object.fromEntries(
      [...value].map(([key, item]) => [key, readable(item)]),
    );
  }
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, readable(item)]),
    );
  }
  return value;
}

const LONGEST = 400;

function preview(bytes: Uint8Array): string {
  const text = decodeText(bytes.subarray(0, LONGEST));
  return bytes.length > LONGEST ? `${text}… (${bytes.length} bytes)` : text;
}

/** Describes one voice frame: RTP header to trailer, without the prefix. */
export function dissectVoice(frame: Uint8Array): Dissection {
  const fault = checkVoiceFrame(frame, 0, frame.length);
  if (fault !== undefined) {
    return {
      name: "VOICE",
      fields: { bytes: frame.length },
      faults: [
        fault === "length"
          ? `${frame.length} bytes: outside 50..1000, which makes a client deaf`
          : `no voice frame that the client plays: ${fault}`,
      ],
    };
  }
  return {
    name: "VOICE",
    fields: {
      speaker: speakerOf(frame, 0, frame.length),
      ssrc: ssrcOf(frame, 0),
      sequence: ((frame[2] ?? 0) << 8) | (frame[3] ?? 0),
      timestamp: u32(frame, 4),
      bytes: frame.length,
    },
    faults: [],
  };
}

/** Describes the eight bytes with which a voice connection begins. */
export function dissectHello(bytes: Uint8Array): Dissection {
  return {
    name: "VOICE_HELLO",
    fields: { gid: u32(bytes, 0), uid: u32(bytes, 4) },
    faults: [],
  };
}
