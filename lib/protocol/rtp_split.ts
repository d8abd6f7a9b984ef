/**
 * Splits long voice packets into short ones, for clients that read only a few
 * GSM frames from one packet (lib/protocol/dialects/).
 *
 * @module
 */
import { concat } from "./bytes.ts";
import {
  encodeVoiceFrame,
  GSM_PAYLOAD_TYPE,
  PREFIX_BYTES,
  RTP_HEADER_BYTES,
  speakerOf,
  timestampOf,
  TRAILER_BYTES,
  u32,
} from "./rtp.ts";

/** 20 ms of GSM 06.10. */
const GSM_BYTES = 33;
const GSM_TICKS = 160;
/**
 * First byte of an RTP header without padding, extension or contributing
 * sources.
 */
const PLAIN_RTP = 0x80;

export interface VoiceRun {
  /** Complete packets with their prefixes. */
  readonly run: Uint8Array;
  readonly frames: number;
}

/**
 * Returns a copy of `run` in which no GSM packet has more than `most` frames;
 * packets of other codecs stay as they are.
 */
export function splitGsm(run: Uint8Array, most: number): VoiceRun {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < run.length;) {
    const end = at + PREFIX_BYTES + u32(run, at);
    const packet = run.subarray(at, end);
    parts.push(...(isLong(packet, most) ? shorter(packet, most) : [packet]));
    at = end;
  }
  return { run: concat(parts), frames: parts.length };
}

function payloadOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(
    PREFIX_BYTES + RTP_HEADER_BYTES,
    packet.length - TRAILER_BYTES,
  );
}

function isLong(packet: Uint8Array, most: number): boolean {
  const { length } = payloadOf(packet);
  return packet[PREFIX_BYTES] === PLAIN_RTP &&
    (packet[PREFIX_BYTES + 1]! & 0x1f) === GSM_PAYLOAD_TYPE &&
    length % GSM_BYTES === 0 && length > most * GSM_BYTES;
}

/**
 * Splits one packet. Sequence numbers are spread so that the new packets fit
 * between the old ones and still increase.
 */
function shorter(packet: Uint8Array, most: number): Uint8Array[] {
  const payload = payloadOf(packet);
  const uid = speakerOf(packet, PREFIX_BYTES, packet.length - PREFIX_BYTES);
  const sequence = (packet[PREFIX_BYTES + 2]! << 8) | packet[PREFIX_BYTES + 3]!;
  const timestamp = timestampOf(packet, PREFIX_BYTES);
  const count = Math.ceil(payload.length / (most * GSM_BYTES));
  return Array.from({ length: count }, (_, i) =>
    encodeVoiceFrame({
      sequence: (sequence * count + i) & 0xffff,
      timestamp: (timestamp + i * most * GSM_TICKS) >>> 0,
      uid,
      payload: payload.subarray(
        i * most * GSM_BYTES,
        (i + 1) * most * GSM_BYTES,
      ),
    }));
}
