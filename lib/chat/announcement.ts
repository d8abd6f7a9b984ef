/**
 * An announcement by the host to everybody (docs/protocol.md, "System").
 *
 * @module
 */
import { announcement } from "../protocol/packets/messages.ts";
import type { Context } from "./context.ts";

/**
 * Shows a dialog with the text on every screen. Returns the number of users.
 */
export function announce(ctx: Context, text: string): number {
  const frame = announcement.frame({ text });
  const people = [...ctx.world.online.values()];
  for (const session of people) ctx.out.send(session, frame);
  return people.length;
}
