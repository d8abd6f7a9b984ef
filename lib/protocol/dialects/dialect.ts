/**
 * A dialect: how the packets of one client program differ from those of the
 * real 5.0 client. Inside the server everything has the 5.0 form; a dialect
 * rewrites payloads as they arrive and leave, and answers the few questions
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

/** What a rewrite may need to know about the connection. */
export interface Facts {
  /** This server's IPv4 address as the client reaches it, if it has one. */
  readonly serverAddress: string | undefined;
}

export interface Dialect {
  /** The client program, for logs. */
  readonly client: string;
  /**
   * Considers itself connected only when it sees its own status during sign-on.
   */
  readonly wantsOwnStatus: boolean;
  /**
   * Which messages from users who are not pals must carry the sender's name.
   */
  readonly namesStrangers: "first" | "always";
  /**
   * Answers offers of files, calls and video; otherwise the server refuses them
   * on its behalf.
   */
  readonly takesOffers: boolean;
  /**
   * Keeps its room windows when the connection is lost, and rejoins by itself.
   */
  readonly rejoinsRooms: boolean;
  /**
   * Learns that it became an admin of a room only from its own member record.
   */
  readonly adminByRecord: boolean;
  /** Waits for BLOCK_RESULT even after a successful block. */
  readonly confirmsBlocks: boolean;
  /** Shows a whisper only in this form; undefined: in the form of 5.0. */
  readonly whisper?: (text: string) => string;
  /**
   * Does not notice a closed connection: it needs SERVER_ERROR first, and this
   * many milliseconds before the FIN.
   */
  readonly finAfterMs?: number;
  /** Sends -160 every minute while it has a voice room open. */
  readonly ticksInVoiceRooms: boolean;
  /** The most GSM frames that it can read from one voice packet. */
  readonly voiceFrames?: number;
  /** Converts a text or password that arrived to Windows-1252. */
  readonly textIn?: (bytes: Uint8Array) => Uint8Array;
  /** Converts a payload that arrived to the form of 5.0. */
  readonly incoming?: (type: number, payload: Uint8Array) => Uint8Array;
  /** Converts a packet in the form of 5.0 to the client's own form. */
  readonly outgoing?: (packet: Outgoing, facts: Facts) => Outgoing;
}

/** Converts frames (one or several, merged) to a dialect's form. */
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
