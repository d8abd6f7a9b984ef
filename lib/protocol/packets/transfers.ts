/**
 * Files and calls go directly from client to client; the server only introduces
 * them (docs/protocol.md, "File transfer", "Calls").
 *
 * @module
 */
import {
  fromClient,
  fromServer,
  fromServerBody,
  ipv4,
  optional,
  type Packet,
  u16,
  u32,
} from "../layout.ts";
import type { ClientTypeName, ServerTypeName } from "../packet_types.ts";
import { encodeRecord, parseRecord } from "../records.ts";
import { shownName, shownNickname } from "./pals.ts";
import { CLIENT_PORT } from "./rooms.ts";

/** The port of video, one above that of voice and files. */
export const VIDEO_PORT = 0x082b;

const toUser = (name: ClientTypeName) => fromClient(name, { uid: u32 });
const toUserAt = (name: ClientTypeName, port: number) =>
  fromClient(name, { uid: u32, port: optional(u16, port) });
const ofUser = (name: ServerTypeName) => fromServer(name, { uid: u32 });
/** Exactly ten bytes; the address is the one that the server sees. */
const ofUserAt = (name: ServerTypeName) =>
  fromServer(name, { uid: u32, address: ipv4, port: u16 });

export interface Offer {
  readonly uid: number;
  readonly nickname: string;
  readonly first: string;
  readonly last: string;
  /** Dotted text; on the wire a decimal number of 32 bits. */
  readonly address: string;
  readonly port: number;
}

function addressNumber(dotted: string): number {
  return dotted.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function dottedAddress(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join(".");
}

function offer(name: ServerTypeName): Packet<Offer> {
  return fromServerBody<Offer>(name, {
    read(from) {
      const fields = parseRecord(from.rest());
      return {
        uid: Number(fields.get("uid")),
        nickname: fields.get("nickname") ?? "",
        first: fields.get("first") ?? "",
        last: fields.get("last") ?? "",
        address: dottedAddress(Number(fields.get("ip"))),
        port: Number(fields.get("port")),
      };
    },
    write: (to, value) =>
      to.bytes(encodeRecord([
        ["uid", value.uid],
        ["ip", addressNumber(value.address)],
        ["port", value.port],
        ["first", shownName(value.first)],
        ["last", shownName(value.last)],
        ["nickname", shownNickname(value.nickname)],
      ])),
  });
}

export const xferRequest = toUserAt("XFER_REQUEST", CLIENT_PORT);
export const xferAccept = toUserAt("XFER_ACCEPT", CLIENT_PORT);
/** Also means "done": the receiver sends it after a successful transfer. */
export const xferRefuse = toUser("XFER_REFUSE");
export const xferOffer = offer("XFER_OFFER");
export const xferAccepted = ofUserAt("XFER_ACCEPTED");
export const xferRefused = ofUser("XFER_REFUSED");

export const callRequest = toUserAt("CALL_REQUEST", CLIENT_PORT);
export const callAccept = toUserAt("CALL_ACCEPT", CLIENT_PORT);
export const callRefuse = toUser("CALL_REFUSE");
export const callHangup = toUser("CALL_HANGUP");
export const callOffer = offer("CALL_OFFER");
export const callAccepted = ofUserAt("CALL_ACCEPTED");
export const callEnded = ofUser("CALL_ENDED");

export const videoRequest = toUserAt("VIDEO_REQUEST", VIDEO_PORT);
export const videoAccept = toUserAt("VIDEO_ACCEPT", VIDEO_PORT);
export const videoRefuse = toUser("VIDEO_REFUSE");
export const videoHangup = toUser("VIDEO_HANGUP");
export const videoOffer = offer("VIDEO_OFFER");
export const videoAccepted = ofUserAt("VIDEO_ACCEPTED");
export const videoRefused = ofUser("VIDEO_REFUSED");
export const videoEnded = ofUser("VIDEO_ENDED");

/** Sent every ten minutes while a room's window shows the video panel. */
export const videoKeepalive = fromClient("VIDEO_KEEPALIVE", {});
