/**
 * A dialect: how the packets of one client program differ from those of the
 * real 5.0 client. Everything inside the server has the 5.0 form; a dialect
 * rewrites payloads on their way in and out, and answers the few questions
 * that handlers ask.
 *
 * @module
 */
import { concat } from "../bytes.ts";
import { encodeFrame, HEADER_BYTES, MAX_SENT_PAYLOAD } from "../frame.ts";

/** A packet on its way to the client. */
export interface Outgoing {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** What a rewrite may need to know of the connection. */
export interface Facts {
  /** This server's IPv4 address as the client reaches it, if there is one. */
  readonly serverAddress: string | undefined;
}

export interface Dialect {
  /** The client program, for logs. */
  readonly client: string;
  /** Sign-on: counts itself as connected once it sees its own status. */
  readonly wantsOwnStatus: boolean;
  /** Messages of people who are no pals: which ones carry the sender's name. */
  readonly namesStrangers: "first" | "always";
  /** Answers offers of files, calls and video; else they are refused for it. */
  readonly takesOffers: boolean;
  /** Keeps its room windows over a lost connection, and rejoins by itself. */
  readonly rejoinsRooms: boolean;
  /** Learns that it became a room's admin from its own member record only. */
  readonly adminByRecord: boolean;
  /** Waits for BLOCK_RESULT also when a block succeeded. */
  readonly confirmsBlocks: boolean;
  /** Shows a whisper only in this form; undefined: in that of 5.0. */
  readonly whisper?: (text: string) => string;
  /**
   * Does not notice a closed connection: needs SERVER_ERROR before, and this
   * many milliseconds from then to the FIN.
   */
  readonly finAfterMs?: number;
  /** Sends -160 every minute while it has a voice room open. */
  readonly ticksInVoiceRooms: boolean;
  /** Most GSM frames that it can read from one voice packet. */
  readonly voiceFrames?: number;
  /** The bytes of a text or password that arrived, as Windows-1252. */
  readonly textIn?: (bytes: Uint8Array) => Uint8Array;
  /** A payload that arrived, in the form of 5.0. */
  readonly incoming?: (type: number, payload: Uint8Array) => Uint8Array;
  /** A packet in the form of 5.0, in the client's own. */
  readonly outgoing?: (packet: Outgoing, facts: Facts) => Outgoing;
}

/** Frames (one or several, merged) in a dialect's form. */
export function translate(
  { outgoing }: Dialect,
  frames: Uint8Array,
  facts: Facts,
): Uint8Array {
  if (outgoing === undefined) return frames;
  const view = new DataView(frames.buffer, frames.byteOffset, frames.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < frames.length;) {
    const end = at + HEADER_BYTES + view.getUint16(at + 4);
    const { type, payload } = outgoing({
      type: view.getInt16(at),
      payload: frames.subarray(at + HEADER_BYTES, end),
    }, facts);
    parts.push(
      encodeFrame(
        type,
        payload.subarray(0, MAX_SENT_PAYLOAD),
        view.getUint16(at + 2),
      ),
    );
    at = end;
  }
  return parts.length === 1 ? parts[0]! : concat(parts);
}
