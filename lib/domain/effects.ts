/**
 * What a handler wants done. It only says so: the edge performs the list when
 * the handler has ended without an error, so a packet takes effect as a whole
 * or not at all.
 *
 * @module
 */
import type { Camera, View } from "./cameras.ts";
import type { Room } from "./room.ts";
import type { Session } from "./session.ts";
import type { Gid, Uid } from "./store.ts";

/** Who of a room's members does not get a frame. */
export type Skip = Uid | ReadonlySet<Uid> | undefined;

/** Changes that the voice relay must hear of. */
export type VoiceChange =
  | { readonly what: "joined" | "left"; readonly gid: Gid; readonly uid: Uid }
  | { readonly what: "policy" | "closed"; readonly gid: Gid };

/** Changes that the video relay must hear of. */
export type VideoChange =
  | { readonly what: "camera ended"; readonly camera: Camera }
  | { readonly what: "view ended"; readonly view: View };

export type Effect =
  | {
    readonly kind: "send";
    readonly to: Session;
    readonly frame: Uint8Array;
    /** Called once the bytes are with the operating system. */
    readonly onWritten?: () => void;
  }
  | {
    readonly kind: "room";
    readonly room: Room;
    readonly frame: Uint8Array;
    readonly skip: Skip;
  }
  | {
    /** After everything queued for it has been written. */
    readonly kind: "close";
    readonly session: Session;
    readonly reason: string;
  }
  | { readonly kind: "voice"; readonly change: VoiceChange }
  | { readonly kind: "video"; readonly change: VideoChange };

export class Effects {
  readonly list: Effect[] = [];

  send(to: Session, frame: Uint8Array, onWritten?: () => void): void {
    this.list.push({
      kind: "send",
      to,
      frame,
      ...(onWritten !== undefined && { onWritten }),
    });
  }

  room(room: Room, frame: Uint8Array, skip?: Skip): void {
    this.list.push({ kind: "room", room, frame, skip });
  }

  close(session: Session, reason: string): void {
    this.list.push({ kind: "close", session, reason });
  }

  voice(change: VoiceChange): void {
    this.list.push({ kind: "voice", change });
  }

  video(change: VideoChange): void {
    this.list.push({ kind: "video", change });
  }

  /** Bytes of the frames that go to this session alone. */
  bytesTo(session: Session): number {
    let bytes = 0;
    for (const effect of this.list) {
      if (effect.kind === "send" && effect.to === session) {
        bytes += effect.frame.length;
      }
    }
    return bytes;
  }

  clear(): void {
    this.list.length = 0;
  }
}
