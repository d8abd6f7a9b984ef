/**
 * Does what is due once the operating system has a frame's bytes.
 *
 * @module
 */
import type { Receipt } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import type { Services } from "./context.ts";
import { profilePageSent } from "./handlers/profile_messages.ts";
import { mailboxPageSent } from "./mailbox.ts";

export function settleReceipt(
  services: Services,
  session: Session,
  receipt: Receipt,
): void {
  switch (receipt.what) {
    case "message":
      session.inFlight.written(receipt.message, services.steady());
      break;
    case "mailbox page":
      mailboxPageSent(services, session, receipt.page);
      break;
    case "profile page":
      profilePageSent(services, session, receipt.ids);
      break;
    case "mark":
      // Known to gateways only.
      break;
  }
}
