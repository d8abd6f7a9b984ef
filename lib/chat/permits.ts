/**
 * The last check of two packets that break a client which is not ready for them
 * (docs/protocol.md, "What breaks the client"). Whatever a handler wants, they
 * are sent only when the client's state allows it.
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import { HEADER_BYTES } from "../protocol/frame.ts";
import { SERVER_TYPES } from "../protocol/packet_types.ts";
import type { Services } from "./context.ts";

const { VIDEO_VIEW_FROM, VIDEO_ACCEPTED } = SERVER_TYPES;

/** Returns whether the client of `to` can handle this frame now. */
export function permits(
  { world, log, counters }: Pick<Services, "world" | "log" | "counters">,
  to: Session,
  frame: Uint8Array,
): boolean {
  const type = (frame[0]! << 8) | frame[1]!;
  let permitted: boolean;
  switch (type) {
    case VIDEO_VIEW_FROM.type: {
      const gid = u32(frame, HEADER_BYTES + 4);
      permitted = world.rooms.get(gid)?.members.get(to.uid)?.session === to;
      break;
    }
    case VIDEO_ACCEPTED.type:
      // It answers one request only: a second answer opens nothing.
      permitted = world.takeOffer("video", to.uid, u32(frame, HEADER_BYTES));
      break;
    default:
      return true;
  }
  if (!permitted) {
    counters.coreErrors++;
    log.error("a packet that would break its client was not sent", {
      type,
      session: to.id,
      uid: to.uid,
    });
  }
  return permitted;
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
