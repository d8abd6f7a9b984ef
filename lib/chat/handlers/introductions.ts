/**
 * Invitations, files and calls: the server introduces two clients to each other
 * and relays none of their traffic (docs/protocol.md, "Invitations", "File
 * transfer", "Calls").
 *
 * @module
 */
import type { Session } from "../../domain/session.ts";
import { type Gid, SYSTEM_UID, type Uid } from "../../domain/store.ts";
import { isPrivateAddress } from "../../net/networks.ts";
import type { OfferKind } from "../../domain/world.ts";
import type { Packet } from "../../protocol/layout.ts";
import type { ClientTypeName } from "../../protocol/packet_types.ts";
import {
  inviteIn,
  PRIVATE_VOICE,
  privateRoom,
} from "../../protocol/packets/rooms.ts";
import {
  callAccepted,
  callEnded,
  callOffer,
  type Offer,
  videoAccepted,
  videoEnded,
  videoOffer,
  videoRefused,
  xferAccepted,
  xferOffer,
  xferRefused,
} from "../../protocol/packets/transfers.ts";
import type { Context } from "../context.ts";
import { type Contact, contactFault, muteFault, palsOnly } from "../contact.ts";
import { enterRoom } from "../membership.ts";
import { memberOf } from "./access.ts";
import { dropFile, relayFile } from "./file_relay.ts";
import { makeRoom } from "./rooms.ts";

/**
 * Returns the session of an online user whom the sender may reach; otherwise
 * tells the sender why not and returns undefined.
 */
function reachable(
  ctx: Context,
  packet: ClientTypeName,
  uid: Uid,
  contact: Contact,
): Session | undefined {
  const { session } = ctx;
  if (uid === SYSTEM_UID) {
    ctx.refuse(packet, "The server cannot do that.");
    return undefined;
  }
  const other = ctx.online(uid);
  if (other === session) {
    ctx.refuse(packet, "You cannot do this with yourself.");
    return undefined;
  }
  const fault = other && contactFault(ctx, other.account, contact);
  // To a blocked user, the user who blocked them appears offline, here as
  // elsewhere.
  if (other === undefined || fault === "blocked") {
    ctx.refuse(packet, "This user is not online.");
    return undefined;
  }
  const muted = muteFault(session, other.account);
  if (muted !== undefined) {
    ctx.refuse(packet, muted);
    return undefined;
  }
  if (fault !== undefined) {
    ctx.refuse(packet, palsOnly(other.nickname, contact));
    return undefined;
  }
  return other;
}

export function invite(
  ctx: Context,
  { gid, uid }: { gid: Gid; uid: Uid },
): void {
  const found = memberOf(ctx, gid, "INVITE_OUT");
  if (found === undefined) return;
  const { room } = found;
  const guest = reachable(ctx, "INVITE_OUT", uid, "invitation");
  if (guest === undefined) return;
  room.invited.add(uid);
  sendInvitation(ctx, room.gid, guest);
}

function sendInvitation(ctx: Context, gid: Gid, guest: Session): void {
  const room = ctx.world.rooms.get(gid);
  if (room === undefined) return;
  const { account } = ctx.session;
  ctx.out.send(
    guest,
    inviteIn.frame({
      gid,
      room: room.name,
      uid: account.uid,
      nickname: account.nickname,
      first: account.showFirst ? account.first : "",
      last: account.showLast ? account.last : "",
      type: room.type,
      locked: room.isLocked,
    }),
  );
}

/**
 * The Gaim plugin's way to open a room for two: creates the room, joins it and
 * invites the other user.
 */
export function privateInvite(ctx: Context, { uid }: { uid: Uid }): void {
  const { session, world } = ctx;
  const guest = reachable(ctx, "PRIVATE_INVITE", uid, "invitation");
  if (guest === undefined) return;
  const room = makeRoom(ctx, "PRIVATE_INVITE", {
    type: PRIVATE_VOICE,
    category: world.categories[0]?.code ?? 0,
    rating: "G",
    name: `Private ${ctx.now % 100_000}`,
    lockword: "",
  });
  if (room === undefined) return;
  ctx.reply(privateRoom.frame(room));
  enterRoom(ctx, room, session, { admin: true, invisible: false });
  room.invited.add(uid);
  sendInvitation(ctx, room.gid, guest);
}

interface Introduction {
  readonly kind: OfferKind;
  readonly contact: Contact;
  readonly request: ClientTypeName;
  readonly accept: ClientTypeName;
  readonly offer: Packet<Offer>;
  readonly accepted: Packet<{ uid: Uid; address: string; port: number }>;
  readonly refused: Packet<{ uid: Uid }>;
}

const FILE: Introduction = {
  kind: "file",
  contact: "file",
  request: "XFER_REQUEST",
  accept: "XFER_ACCEPT",
  offer: xferOffer,
  accepted: xferAccepted,
  refused: xferRefused,
};
const CALL: Introduction = {
  kind: "call",
  contact: "call",
  request: "CALL_REQUEST",
  accept: "CALL_ACCEPT",
  offer: callOffer,
  accepted: callAccepted,
  refused: callEnded,
};
const VIDEO: Introduction = {
  kind: "video",
  contact: "call",
  request: "VIDEO_REQUEST",
  accept: "VIDEO_ACCEPT",
  offer: videoOffer,
  accepted: videoAccepted,
  refused: videoRefused,
};

interface UserAt {
  readonly uid: Uid;
  readonly port: number;
}

/**
 * Returns whether the server stores the file, which is unnecessary where it can
 * relay it.
 */
function isForDrop({ settings }: Context, receiver: Session): boolean {
  return settings.files.drop &&
    !(settings.files.relay && isPrivateAddress(receiver.address));
}

const NO_ADDRESS = "Your computers cannot reach each other by IPv4.";

function request(ctx: Context, how: Introduction, packet: UserAt): void {
  const other = reachable(ctx, how.request, packet.uid, how.contact);
  if (other === undefined) {
    // The client hides the button of a video call until an answer arrives.
    if (how.kind === "video") {
      ctx.reply(how.refused.frame({ uid: packet.uid }));
    }
    return;
  }
  if (!other.dialect.takesOffers) {
    // Otherwise the receiver's client would leave the offer open forever.
    ctx.reply(how.refused.frame({ uid: other.uid }));
    return;
  }
  if (how.kind === "file" && isForDrop(ctx, other) && dropFile(ctx, other)) {
    return;
  }
  const { account, uid } = ctx.session;
  // Uses the address that the server sees, never one from the packet.
  const address = ctx.services.media.peerAddress(ctx.session, other);
  if (address === undefined) {
    ctx.refuse(how.request, NO_ADDRESS);
    return;
  }
  ctx.world.offer(how.kind, uid, other.uid);
  other.known.add(uid);
  ctx.out.send(
    other,
    how.offer.frame({
      uid,
      nickname: account.nickname,
      first: account.showFirst ? account.first : "",
      last: account.showLast ? account.last : "",
      address,
      port: packet.port,
    }),
  );
}

/** Reveals an address only in answer to a real offer. */
function accept(
  ctx: Context,
  how: Introduction,
  packet: UserAt,
): void | Promise<void> {
  const { session, world } = ctx;
  const other = ctx.online(packet.uid);
  // A second acceptance of a video call opens nothing and breaks the client.
  const isOpen = how.kind === "video"
    ? world.isPending(how.kind, packet.uid, session.uid)
    : world.hasOffer(how.kind, packet.uid, session.uid);
  if (other === undefined || !isOpen) {
    ctx.refuse(how.accept, "This offer is not open any more.");
    return;
  }
  if (how.kind === "file" && ctx.settings.files.relay) {
    return relayFile(ctx, other, packet.port);
  }
  const address = ctx.services.media.peerAddress(session, other);
  if (address === undefined) {
    ctx.refuse(how.accept, NO_ADDRESS);
    return;
  }
  ctx.out.send(
    other,
    how.accepted.frame({ uid: session.uid, address, port: packet.port }),
  );
}

/**
 * Forwards a refusal, a hang-up, or "done" after a successful transfer. It
 * reveals no address, and both windows hang without it, so it is forwarded
 * whatever came before: even after a lost connection, because the call itself
 * continues without the server. Only a blocked sender needs an earlier offer.
 */
function end(
  ctx: Context,
  kind: OfferKind,
  answer: Packet<{ uid: Uid }>,
  { uid: to }: User,
): void {
  const { session, world } = ctx;
  const theirs = world.endOffer(kind, to, session.uid);
  const ours = world.endOffer(kind, session.uid, to);
  const other = ctx.online(to);
  if (
    other === undefined || other === session ||
    (other.blocks.has(session.uid) && !theirs && !ours)
  ) {
    ctx.ignore("the end of something with nobody", { kind, to });
    return;
  }
  ctx.out.send(other, answer.frame({ uid: session.uid }));
}

type User = { readonly uid: Uid };

export const file = {
  request: (ctx: Context, packet: UserAt) => request(ctx, FILE, packet),
  accept: (ctx: Context, packet: UserAt) => accept(ctx, FILE, packet),
  end: (ctx: Context, packet: User) => end(ctx, "file", xferRefused, packet),
};

export const call = {
  request: (ctx: Context, packet: UserAt) => request(ctx, CALL, packet),
  accept: (ctx: Context, packet: UserAt) => accept(ctx, CALL, packet),
  refuse: (ctx: Context, packet: User) => end(ctx, "call", callEnded, packet),
  hangup: (ctx: Context, packet: User) => end(ctx, "call", callEnded, packet),
};

export const video = {
  request: (ctx: Context, packet: UserAt) => request(ctx, VIDEO, packet),
  accept: (ctx: Context, packet: UserAt) => accept(ctx, VIDEO, packet),
  refuse: (ctx: Context, packet: User) =>
    end(ctx, "video", videoRefused, packet),
  hangup: (ctx: Context, packet: User) => end(ctx, "video", videoEnded, packet),
};
