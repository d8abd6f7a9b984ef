/**
 * Files that go through the server (docs/protocol.md, "File transfer").
 *
 * @module
 */
import type { Session } from "../../domain/session.ts";
import { SYSTEM_UID } from "../../domain/store.ts";
import { imIn } from "../../protocol/packets/messages.ts";
import { xferAccepted, xferRefused } from "../../protocol/packets/transfers.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import type { Context } from "../context.ts";

const CANNOT_CARRY = "The file cannot come through the server: it cannot " +
  "reach your computer. Press Stop in the window of the transfer.";

/**
 * The receiver has accepted: the server dials it, then gives the sender its own
 * address. Only the address of the receiver's chat session is dialled.
 */
export async function relayFile(
  ctx: Context,
  sender: Session,
  port: number,
): Promise<void> {
  const { services, session: receiver } = ctx;
  const { fileRelay, media } = services;
  const address = media.addressFor(sender);
  const opened =
    fileRelay === undefined || address === undefined || receiver.overWebSocket
      ? { fault: "no relay for this client" }
      : await fileRelay.open({
        from: sender.uid,
        sender: sender.address,
        to: receiver.uid,
        address: receiver.address,
        port,
      });
  // An acceptance that came twice must not end the transfer.
  if (opened === "running" || sender.phase !== "online") return;
  if ("port" in opened && address !== undefined) {
    ctx.out.send(
      sender,
      xferAccepted.frame({ uid: receiver.uid, address, port: opened.port }),
    );
    return;
  }
  ctx.log.info("file not relayed", { ...ctx.who, from: sender.uid, ...opened });
  ctx.world.endOffer("file", sender.uid, receiver.uid);
  ctx.out.send(sender, xferRefused.frame({ uid: receiver.uid }));
  ctx.reply(imIn.frame({ from: SYSTEM_UID, text: encodeText(CANNOT_CARRY) }));
}
