/**
 * What a handler wants done. The edge performs the list after the handler has
 * returned without an error, so a packet takes effect as a whole or not at all.
 *
 * Effects are data: they name sessions and rooms by number, and what is due
 * after a write is a receipt, not a function. So a list can be held, counted or
 * sent to another process (docs/adr/0016-the-edge-port.md).
 *
 * @module
 */
import type { Camera, View } from "./cameras.ts";
import type { Room } from "./room.ts";
import type { Session } from "./session.ts";
import type { Message } from "./in_flight.ts";
import type { Gid, OfflineMessage, Uid } from "./store.ts";

/** Members of a room who do not receive a frame. */
export type Skip = Uid | ReadonlySet<Uid> | undefined;

/** Changes that the voice relay must be told about. */
export type VoiceChange =
  | { readonly what: "joined" | "left"; readonly gid: Gid; readonly uid: Uid }
  | { readonly what: "policy" | "closed"; readonly gid: Gid };

/** Changes that the video relay must be told about. */
export type VideoChange =
  | { readonly what: "camera ended"; readonly camera: Camera }
  | { readonly what: "view ended"; readonly view: View };

/** Work that is due once the operating system has a frame's bytes. */
export type Receipt =
  /** An instant message has left the server. */
  | { readonly what: "message"; readonly message: Message }
  /**
   * A page of the mailbox has been written: delete it and send the next one.
   */
  | { readonly what: "mailbox page"; readonly page: readonly OfflineMessage[] }
  /** The same for messages between pal profiles, by number. */
  | { readonly what: "profile page"; readonly ids: readonly number[] }
  /** At a gateway: a number that the core knows the meaning of. */
  | { readonly what: "mark"; readonly mark: number };

export type Effect =
  | {
    readonly kind: "send";
    /** The {@linkcode Session.id}. */
    readonly to: number;
    readonly frame: Uint8Array;
    readonly receipt?: Receipt;
  }
  | {
    readonly kind: "room";
    readonly gid: Gid;
    readonly frame: Uint8Array;
    readonly skip: Skip;
  }
  | {
    /** Closes after everything queued has been written. */
    readonly kind: "close";
    readonly session: number;
    readonly reason: string;
  }
  | { readonly kind: "voice"; readonly change: VoiceChange }
  | { readonly kind: "video"; readonly change: VideoChange };

export class Effects {
  readonly list: Effect[] = [];

  send(to: Session, frame: Uint8Array, receipt?: Receipt): void {
    this.list.push({
      kind: "send",
      to: to.id,
      frame,
      ...(receipt !== undefined && { receipt }),
    });
  }

  room(room: Room, frame: Uint8Array, skip?: Skip): void {
    this.list.push({ kind: "room", gid: room.gid, frame, skip });
  }

  close(session: Session, reason: string): void {
    this.list.push({ kind: "close", session: session.id, reason });
  }

  voice(change: VoiceChange): void {
    this.list.push({ kind: "voice", change });
  }

  video(change: VideoChange): void {
    this.list.push({ kind: "video", change });
  }

  /** Returns the bytes of the frames for this session alone. */
  bytesTo(session: Session): number {
    let bytes = 0;
    for (const effect of this.list) {
      if (effect.kind === "send" && effect.to === session.id) {
        bytes += effect.frame.length;
      }
    }
    return bytes;
  }

  /** Bytes that go to other sessions; `members` says how many a room has. */
  bytesToOthers(session: Session, members: (gid: Gid) => number): number {
    let bytes = 0;
    for (const effect of this.list) {
      if (effect.kind === "room") {
        bytes += effect.frame.length * (members(effect.gid) - 1);
      } else if (effect.kind === "send" && effect.to !== session.id) {
        bytes += effect.frame.length;
      }
    }
    return Math.max(0, bytes);
  }

  clear(): void {
    this.list.length = 0;
  }
}
