/**
 * Applies mutes to the running server: on the session, on the voice relay and
 * as a red dot in every room (docs/protocol.md, "Microphone").
 *
 * @module
 */
import { muteOf, muteSentence } from "../actions/mutes.ts";
import type { Session } from "../domain/session.ts";
import { SYSTEM_UID } from "../domain/store.ts";
import { redDotOff, redDotOn } from "../protocol/packets/microphone.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { endCamera } from "./cameras.ts";
import type { Context } from "./context.ts";
import { sendIm } from "./instant_messages.ts";

/** Reads the mute of a user who is online again, and tells those concerned. */
export function muteChanged(ctx: Context, session: Session): void {
  const { store, world, now } = ctx;
  const before = session.mute;
  session.mute = muteOf(store, session.account, now);
  if (session.mute === undefined) world.muted.delete(session);
  else world.muted.add(session);
  if (session.mute === before) return;
  if (session.mute !== undefined) endCamera(ctx, session.uid, true);
  for (const room of world.roomsOf(session)) {
    const { gid } = room;
    const { uid } = session;
    if (room.members.get(uid)?.invisible === false) {
      const dotted = session.mute !== undefined || room.redDots.has(uid);
      const dot = dotted ? redDotOn : redDotOff;
      ctx.out.room(room, dot.frame({ gid, uid }));
    }
    if (room.isVoice) ctx.out.voice({ what: "policy", gid });
  }
  tell(ctx, session);
}

function tell(ctx: Context, session: Session): void {
  const system = ctx.store.accounts.get(SYSTEM_UID);
  if (system === undefined) return;
  const text = session.mute === undefined
    ? "You are no longer muted."
    : muteSentence(session.mute);
  sendIm(ctx, system, session, encodeText(text));
}

/** Ends the mutes that have expired. */
export function endMutes(ctx: Context): void {
  for (const session of [...ctx.world.muted]) {
    if (session.phase !== "online") ctx.world.muted.delete(session);
    else if ((session.mute?.until ?? Infinity) <= ctx.now) {
      muteChanged(ctx, session);
    }
  }
}
