/**
 * File transfers through the server (docs/protocol.md, "File transfer").
 *
 * @module
 */
import { minuteText } from "../../ops/local_time.ts";
import type { Session } from "../../domain/session.ts";
import { SYSTEM_UID, type Uid } from "../../domain/store.ts";
import { imIn } from "../../protocol/packets/messages.ts";
import { xferAccepted, xferRefused } from "../../protocol/packets/transfers.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import type { Arrived, Context } from "../context.ts";

/**
 * Returns the message that announces the file, so that the receiver can decide
 * before following the link.
 */
function announcement(sender: string, file: Arrived, link: string): string {
  return `${sender} sends you the file "${file.name}" (${file.size} bytes). ` +
    "Nobody has checked it: open it only if you expect it. " +
    `It is kept here until ${minuteText(file.expiresAt)}: ${link}`;
}

/**
 * Returns true when the server stores the file for the receiver, or has told
 * the sender why it does not.
 */
export function dropFile(ctx: Context, receiver: Session): boolean {
  const { services, session: sender, settings } = ctx;
  const { fileDrop, media, webPort } = services;
  const port = webPort?.() ?? null;
  const [mine, theirs] = [sender, receiver].map((one) => media.addressFor(one));
  if (
    !settings.files.drop || fileDrop === undefined || port === null ||
    mine === undefined || theirs === undefined || sender.overWebSocket
  ) return false;
  const to = receiver.uid;
  const base = settings.files.drop_url || `http://${theirs}:${port}`;
  const answer = fileDrop.open({
    from: sender.uid,
    sender: sender.nickname,
    address: sender.address,
    to,
    arrived: (file) =>
      services.act((later) => {
        // Ends the sender's transfer window, which shows "Transfer Complete!"
        // if everything was sent.
        later.out.send(sender, xferRefused.frame({ uid: to }));
        if (typeof file === "string") {
          // Needed because the sender's window may show "Transfer Complete!"
          // even so.
          const line = `Your file for ${receiver.nickname} did not arrive: ` +
            `${file}. ${receiver.nickname} has not been told.`;
          tell(later, sender.uid, encodeText(line));
          return;
        }
        later.log.info("file kept for its receiver", {
          from: sender.uid,
          to,
          bytes: file.size,
        });
        const link = `${base.replace(/\/$/, "")}/drop/${file.id}`;
        const line = announcement(sender.nickname, file, link);
        tell(later, to, encodeText(line));
      }),
  });
  if (answer === "running" || "fault" in answer) {
    const why = answer === "running"
      ? "another file is on its way"
      : answer.fault;
    ctx.refuse("XFER_REQUEST", `The server cannot take the file: ${why}.`);
    return true;
  }
  ctx.reply(
    xferAccepted.frame({ uid: to, address: mine, port: answer.port }),
  );
  return true;
}

/**
 * Sends a message from the system user. It is stored for a user who has left,
 * and for everybody during a planned restart.
 */
function tell(ctx: Context, to: Uid, text: Uint8Array): void {
  const session = ctx.online(to);
  if (session !== undefined && !ctx.world.handingOver) {
    ctx.out.send(session, imIn.frame({ from: SYSTEM_UID, text }));
  } else {
    ctx.store.messages.add({ to, from: SYSTEM_UID, body: text, at: ctx.now });
  }
}

const CANNOT_CARRY = "The file cannot come through the server: it cannot " +
  "reach your computer. Press Stop in the window of the transfer.";

/**
 * The receiver has accepted: the server connects to the receiver, then gives
 * the sender its own address. It only ever dials the address of the receiver's
 * chat session.
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
  // A duplicate acceptance must not end the transfer.
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
