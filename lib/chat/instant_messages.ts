/**
 * How an instant message reaches a client (docs/protocol.md, "Messages").
 *
 * @module
 */
import type { Receipt } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import type { Account } from "../domain/store.ts";
import { imIn, newStyleIm } from "../protocol/packets/messages.ts";
import type { Context } from "./context.ts";

/**
 * How much text the client's record parser takes is unknown: a longer text is
 * sent in the plain form, and the client asks for the name.
 */
const MAX_NEW_STYLE_TEXT = 1500;

/**
 * Sends an instant message. A stranger's first message carries the sender's
 * name and opens the window.
 */
export function sendIm(
  ctx: Context,
  from: Account,
  receiver: Session,
  text: Uint8Array,
  receipt?: Receipt,
): void {
  const named = receiver.dialect.namesStrangers === "always";
  const knows = named
    ? receiver.pals.has(from.uid)
    : receiver.known.has(from.uid) || receiver.uid === from.uid;
  if (knows || (text.length > MAX_NEW_STYLE_TEXT && !named)) {
    receiver.heldBack.sent(from.uid, knows);
    ctx.out.send(receiver, imIn.frame({ from: from.uid, text }), receipt);
    return;
  }
  receiver.known.add(from.uid);
  ctx.out.send(
    receiver,
    newStyleIm.frame({
      uid: from.uid,
      nickname: from.nickname,
      first: from.showFirst ? from.first : "",
      last: from.showLast ? from.last : "",
      force: true,
      text,
    }),
    receipt,
  );
}
