/**
 * Files that go through the server (docs/protocol.md, "File transfer").
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

/** Shown in a message, so that the receiver can decide before the click. */
function announcement(sender: string, file: Arrived, link: string): string {
  return `${sender} sends you the file "${file.name}" (${file.size} bytes). ` +
    "Nobody has checked it: open it only if you expect it. " +
    `It is kept here until ${minuteText(file.expiresAt)}: ${link}`;
}

/** True when the server keeps the file for the receiver, or says why not. */
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
        // It ends the sender's window: "Transfer Complete!" when all was sent.
        later.out.send(sender, xferRefused.frame({ uid: to }));
        if (typeof file === "string") {
          // The sender's window may well say "Transfer Complete!".
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
 * A message of the system user, which waits for somebody who has left, and in
 * a planned restart for everybody.
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
