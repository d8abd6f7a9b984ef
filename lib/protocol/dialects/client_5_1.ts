/**
 * Paltalk 5.1, from other servers' sources; not tried with the real client
 * (docs/protocol.md, "Other clients").
 *
 * @module
 */
import { concat } from "../bytes.ts";
import { encodeDigits } from "../challenge.ts";
import { SERVER_TYPES } from "../packet_types.ts";
import { encodeText } from "../windows1252.ts";
import type { Dialect, Facts, Outgoing } from "./dialect.ts";

/** The lines after the room's name; voice is GSM, as in 5.0. */
const AFTER_ROOM_NAME = encodeText("\n0\n0\nY\nsize=0\npremium=0\ncodec=gsm");

function addressNumber(dotted: string): number {
  return dotted.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** `ei=`: the server's address as a decimal number, encoded. */
function addressLine({ serverAddress }: Facts): Uint8Array {
  const number = String(addressNumber(serverAddress ?? "0.0.0.0"));
  return encodeText(`ei=${encodeDigits(encodeText(number), 0, 1)}\n`);
}

function outgoing({ type, payload }: Outgoing, facts: Facts): Outgoing {
  switch (type) {
    case SERVER_TYPES.USER_DATA.type:
      return { type, payload: concat([payload, addressLine(facts)]) };
    case SERVER_TYPES.ROOM_JOINED.type:
      return { type, payload: concat([payload, AFTER_ROOM_NAME]) };
    default:
      return { type, payload };
  }
}

export const CLIENT_5_1: Dialect = {
  client: "5.1",
  wantsOwnStatus: true,
  namesStrangers: "first",
  takesOffers: true,
  rejoinsRooms: true,
  adminByRecord: false,
  confirmsBlocks: false,
  ticksInVoiceRooms: true,
  outgoing,
};
