/**
 * Every codec of lib/protocol/packets in one list, for tools and tests that
 * treat packets alike.
 *
 * @module
 */
import type { Packet } from "./layout.ts";
import { CLIENT_TYPES } from "./packet_types.ts";
import * as accounts from "./packets/accounts.ts";
import * as directory from "./packets/directory.ts";
import * as lists from "./packets/lists.ts";
import * as members from "./packets/members.ts";
import * as messages from "./packets/messages.ts";
import * as microphone from "./packets/microphone.ts";
import * as moderation from "./packets/moderation.ts";
import * as otherClients from "./packets/other_clients.ts";
import * as pals from "./packets/pals.ts";
import * as roomVideo from "./packets/room_video.ts";
import * as rooms from "./packets/rooms.ts";
import * as signon from "./packets/signon.ts";
import * as system from "./packets/system.ts";
import * as transfers from "./packets/transfers.ts";

export type AnyPacket = Packet<unknown>;

function isPacket(value: unknown): value is AnyPacket {
  return typeof value === "object" && value !== null && "parse" in value &&
    "frame" in value;
}

const codecs: readonly AnyPacket[] = [
  accounts,
  directory,
  lists,
  members,
  messages,
  microphone,
  moderation,
  otherClients,
  pals,
  roomVideo,
  rooms,
  signon,
  system,
  transfers,
].flatMap((family) => Object.values(family).flat().filter(isPacket));

/** Codecs of the packets that clients send. */
export const CLIENT_CODECS = codecs.filter(({ name }) => name in CLIENT_TYPES);
/**
 * Codecs of the packets that servers send. FEEDBACK is in the list twice,
 * because REGISTER reads it differently.
 */
export const SERVER_CODECS = codecs.filter((codec) =>
  !CLIENT_CODECS.includes(codec)
);
