/**
 * The dispatch table: every packet that a client may send, its cost, the phases
 * in which it is allowed, and its handler. All of these are checked here, in
 * one place.
 *
 * @module
 */
import type { Phase } from "../domain/session.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import { perMinute, TokenBucket } from "../net/rates.ts";
import { StoreError } from "../domain/store.ts";
import type { ClientTypeName } from "../protocol/packet_types.ts";
import * as account from "../protocol/packets/accounts.ts";
import * as directory from "../protocol/packets/directory.ts";
import * as lists from "../protocol/packets/lists.ts";
import * as message from "../protocol/packets/messages.ts";
import * as mic from "../protocol/packets/microphone.ts";
import * as admin from "../protocol/packets/moderation.ts";
import * as other from "../protocol/packets/other_clients.ts";
import * as pal from "../protocol/packets/pals.ts";
import * as room from "../protocol/packets/rooms.ts";
import * as cam from "../protocol/packets/room_video.ts";
import * as sign from "../protocol/packets/signon.ts";
import { refusal } from "../protocol/packets/signon.ts";
import { ignoredPackets } from "../protocol/packets/system.ts";
import * as transfer from "../protocol/packets/transfers.ts";
import type { Config } from "../config/config.ts";
import type { Context } from "./context.ts";
import * as accounts from "./handlers/accounts.ts";
import { call, file, video } from "./handlers/introductions.ts";
import * as introductions from "./handlers/introductions.ts";
import * as messages from "./handlers/messages.ts";
import * as microphone from "./handlers/microphone.ts";
import { alertAdmin } from "./handlers/alert.ts";
import * as moderation from "./handlers/moderation.ts";
import * as otherClients from "./handlers/other_clients.ts";
import * as pals from "./handlers/pals.ts";
import * as people from "./handlers/people.ts";
import * as profileMessages from "./handlers/profile_messages.ts";
import * as roomText from "./handlers/room_text.ts";
import * as rooms from "./handlers/rooms.ts";
import * as roomVideo from "./handlers/video.ts";
import * as signOn from "./handlers/sign_on.ts";

/** The setting that says how many packets this one counts for. */
type Cost = "search_cost" | "room_create_cost" | "join_cost" | "invite_cost";

/**
 * The phases in which a packet is allowed: before the sign-on, after
 * CLIENT_HELLO, …
 */
const OPEN: Record<Gate, readonly Phase[]> = {
  start: ["new", "hello"],
  hello: ["hello"],
  online: ["online"],
  any: ["new", "hello", "online"],
};
type Gate = "start" | "hello" | "online" | "any";

export interface Row {
  readonly name: ClientTypeName;
  readonly type: number;
  readonly phase: Gate;
  readonly cost: Cost | undefined;
  /** Counted, and otherwise without effect. */
  readonly ignored: boolean;
  /**
   * The client waits for the answer: over the rate it comes late instead of
   * never, and the bytes of the answer are counted.
   */
  readonly awaited: boolean;
  /** Writes a line to the audit log, so it has a slower rate. */
  readonly audited: boolean;
  parse(
    payload: Uint8Array,
    onExcess?: (bytes: number) => void,
  ): unknown;
  handle(ctx: Context, packet: unknown): void | Promise<void>;
}

type Handler<T> = (ctx: Context, packet: T) => void | Promise<void>;

function on<T>(
  packet: Packet<T>,
  handle: Handler<T>,
  gates: {
    phase?: Gate;
    cost?: Cost;
    ignored?: boolean;
    audited?: boolean;
    awaited?: boolean;
  } = {},
): Row {
  return {
    name: packet.name as ClientTypeName,
    type: packet.type,
    phase: gates.phase ?? "online",
    cost: gates.cost,
    ignored: gates.ignored ?? false,
    audited: gates.audited ?? false,
    awaited: gates.awaited ?? false,
    parse: (payload, onExcess) => packet.parse(payload, onExcess),
    handle: handle as Handler<unknown>,
  };
}

const START = { phase: "start" } as const;
const HELLO = { phase: "hello" } as const;
const ANY = { phase: "any" } as const;
const AWAITED = { awaited: true } as const;
const SEARCH = { cost: "search_cost", ...AWAITED } as const;
const CREATE = { cost: "room_create_cost" } as const;
const JOIN = { cost: "join_cost", ...AWAITED } as const;
const INVITE = { cost: "invite_cost" } as const;
const AUDITED = { audited: true } as const;
const nothing = () => {};

export const TABLE: readonly Row[] = [
  on(sign.clientHello, signOn.hello, START),
  on(sign.getUin, signOn.getUin, HELLO),
  on(sign.lymerick, signOn.lymerick, HELLO),
  on(sign.login, signOn.login, HELLO),
  on(sign.bye, signOn.bye, ANY),
  on(sign.keepalive, signOn.keepalive, ANY),
  on(sign.setPrivacy, people.setPrivacy),

  on(account.register, accounts.register, HELLO),
  on(account.passwordChangeAsk, accounts.askPasswordChange),
  on(account.passwordChange, accounts.changePassword, AUDITED),
  on(account.passwordHint, accounts.keepHint),

  on(pal.addPal, pals.addPal),
  on(pal.removePal, pals.removePal),
  on(pal.customizePal, pals.customize),
  on(pal.requestUser, pals.requestUser, AWAITED),
  on(pal.blockBuddy, pals.block),
  on(pal.unblock, pals.unblock),
  on(pal.getBlocked, pals.getBlocked, AWAITED),
  on(pal.awayMode, pals.away),
  on(pal.onlineMode, pals.online),
  on(pal.changeStatus, pals.changeStatus),

  on(directory.userSearch, people.search, SEARCH),
  on(directory.userProfileUpdate, people.updateProfile, AUDITED),
  on(directory.randomUserChat, people.randomUser, SEARCH),
  on(directory.emailInvite, accounts.emailInvite, { ...INVITE, ...AUDITED }),

  on(message.imOut, messages.im),
  on(message.profileMessageOut, profileMessages.send),
  on(message.getProfileMessages, profileMessages.collect, AWAITED),
  on(message.roomMessageOut, roomText.roomMessage),
  on(message.bannerOut, roomText.setBanner, AUDITED),

  on(lists.refreshCategories, rooms.refresh, AWAITED),
  on(room.roomJoin, rooms.join, JOIN),
  on(room.roomJoinByName, rooms.joinByName, JOIN),
  on(room.roomJoinAsAdmin, rooms.joinAsAdmin, { ...JOIN, ...AUDITED }),
  on(room.roomLeave, rooms.leave),
  on(room.roomCreate, rooms.create, CREATE),
  on(room.roomClose, rooms.close, AUDITED),
  on(room.inviteOut, introductions.invite, INVITE),
  on(room.privateInvite, introductions.privateInvite, CREATE),

  on(mic.reqMic, microphone.raiseHand),
  on(mic.unreqMic, microphone.lowerHand),
  on(mic.removeAllHands, microphone.removeAllHands),
  on(mic.redDot, microphone.redDot, AUDITED),
  on(mic.unredDot, microphone.unredDot, AUDITED),
  on(mic.toggleAllMics, microphone.toggleAllMics, AUDITED),
  on(mic.ignoreMember, microphone.ignoreMember),
  on(cam.startPublishVideo, roomVideo.startPublishing),
  on(cam.stopPublishVideo, roomVideo.stopPublishing),
  on(cam.viewVideo, roomVideo.watch),
  on(cam.stopViewVideo, roomVideo.stopWatching),

  on(admin.bounceReason, moderation.bounceReason),
  on(admin.roomBounce, moderation.bounce, AUDITED),
  on(admin.unbounce, moderation.unbounce, AUDITED),
  on(admin.ban, moderation.ban, AUDITED),
  on(admin.banByNickname, moderation.banByNickname, AUDITED),
  on(admin.unban, moderation.unban, AUDITED),
  on(admin.makeAdmin, moderation.makeAdmin, AUDITED),
  on(admin.getAdminInfo, moderation.adminInfo, AWAITED),
  on(admin.roomAdminInfoOld, moderation.adminInfo, AWAITED),
  on(admin.redDotAffectsText, moderation.redDotAffectsText, AUDITED),
  on(admin.redDotAffectsVideo, moderation.redDotAffectsVideo, AUDITED),
  on(admin.newUsersMic, moderation.newUsersMic, AUDITED),
  on(admin.alertAdmin, alertAdmin, { ...INVITE, ...AUDITED }),

  on(transfer.xferRequest, file.request, INVITE),
  on(transfer.xferAccept, file.accept),
  on(transfer.xferRefuse, file.end),
  on(transfer.callRequest, call.request, INVITE),
  on(transfer.callAccept, call.accept),
  on(transfer.callRefuse, call.refuse),
  on(transfer.callHangup, call.hangup),
  on(transfer.videoRequest, video.request, INVITE),
  on(transfer.videoAccept, video.accept),
  on(transfer.videoRefuse, video.refuse),
  on(transfer.videoHangup, video.hangup),
  on(transfer.videoKeepalive, nothing, ANY),

  on(other.fileXferSendInit, otherClients.refuseFile),
  on(other.ping, otherClients.answerWith(other.pong), ANY),
  on(other.later1500, otherClients.answerWith(other.answer1500), ANY),
  on(other.later2600, otherClients.answerWith(other.answer2600), ANY),
  on(other.later2800, otherClients.answerWith(other.answer2800), ANY),

  ...ignoredPackets.map((packet) =>
    on(packet, nothing, { phase: "any", ignored: true })
  ),
];

const ROWS: ReadonlyMap<number, Row> = new Map(
  TABLE.map((row) => [row.type, row]),
);

export function rowOf(type: number): Row | undefined {
  return ROWS.get(type);
}

/**
 * Returns whether a packet over the rate is answered late instead of dropped.
 */
export function isAwaited(type: number): boolean {
  return ROWS.get(type)?.awaited ?? false;
}

/** Returns how many packets this one counts for in the sender's rate. */
export function costOf(type: number, limits: Config["limits"]): number {
  const cost = ROWS.get(type)?.cost;
  return cost === undefined ? 1 : limits[cost];
}

/**
 * Checks, parses and handles one packet. Its effects are in `ctx.out` when this
 * returns, or when the promise resolves; after an error there are none.
 */
export function dispatch(
  ctx: Context,
  type: number,
  payload: Uint8Array,
): void | Promise<void> {
  const { counters } = ctx.services;
  const row = ROWS.get(type);
  counters.received(row?.name ?? "unknown");
  if (row === undefined) {
    counters.unknownPackets++;
    ctx.complain("unknown packet ignored", { type, bytes: payload.length });
    return;
  }
  if (!OPEN[row.phase].includes(ctx.session.phase)) {
    ctx.ignore("packet out of turn", {
      packet: row.name,
      phase: ctx.session.phase,
    });
    return;
  }
  if (row.audited && !mayAct(ctx)) {
    ctx.refuse(row.name, "You are doing this too often. Please wait a little.");
    return;
  }
  try {
    const { incoming } = ctx.session.dialect;
    const own = incoming?.(type, payload) ?? payload;
    const packet = row.parse(own, (bytes) => leftOver(ctx, row, bytes));
    if (packet instanceof Malformed) {
      counters.malformedPackets++;
      ctx.complain("malformed packet ignored", {
        packet: row.name,
        reason: packet.reason,
      });
      return;
    }
    const ending = row.handle(ctx, packet);
    if (ending !== undefined) {
      return ending.catch((error) => failed(ctx, row, error));
    }
  } catch (error) {
    failed(ctx, row, error);
  }
}

/**
 * Actions that are recorded have a slower rate than those that are only passed
 * on.
 */
function mayAct({ session, settings, steady: now }: Context): boolean {
  const rate = perMinute(settings.limits.audited_per_minute);
  const acts = session.acts ??= new TokenBucket(rate);
  acts.rate = rate;
  return acts.take(now);
}

function leftOver(ctx: Context, row: Row, bytes: number): void {
  ctx.log.debug("bytes left over", { ...ctx.who, packet: row.name, bytes });
}

const NOT_STORED =
  "The server cannot store anything at the moment. Please try again later.";
const FAILED = "Something went wrong on the server. Please try again later.";

/**
 * An error ends the packet, not the session, and discards its effects. The
 * sender is told: before the sign-on is complete the client would otherwise
 * wait forever.
 */
function failed(ctx: Context, row: Row, error: unknown): void {
  ctx.out.clear();
  ctx.services.counters.handlerErrors++;
  ctx.log.error("packet failed", {
    ...ctx.who,
    packet: row.name,
    error: error instanceof Error ? error.stack ?? error.message : `${error}`,
  });
  const sentence = error instanceof StoreError ? NOT_STORED : FAILED;
  if (ctx.session.phase === "online") {
    ctx.reply(refusal(row.name, sentence));
  } else if (ctx.session.phase !== "gone") {
    ctx.reply(refusal("LOGIN", sentence));
    ctx.out.close(ctx.session, "packet failed");
  }
}
