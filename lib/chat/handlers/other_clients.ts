/**
 * Packets that only clients other than 5.0 send. They are answered so that no
 * client waits forever (docs/protocol.md, "Other clients").
 *
 * @module
 */
import type { Uid } from "../../domain/store.ts";
import type { Packet } from "../../protocol/layout.ts";
import { fileXferError } from "../../protocol/packets/other_clients.ts";
import type { Context } from "../context.ts";

const NO_FILES =
  "Files travel directly between Paltalk clients, which this client cannot do.";

/** Ends the transfer: the receiver's client knows no other way to do so. */
export function refuseFile(ctx: Context, { uid }: { uid: Uid }): void {
  ctx.services.counters.refused("FILE_XFER_SEND_INIT");
  ctx.reply(fileXferError.frame({ uid, id: 0, text: NO_FILES }));
}

/** Replies with an empty packet. */
export const answerWith =
  (answer: Packet<Record<never, never>>) => (ctx: Context): void =>
    ctx.reply(answer.frame({}));
