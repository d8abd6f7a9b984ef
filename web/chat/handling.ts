/**
 * The interface of packet handlers, and how each is bound to its packet.
 *
 * @module
 */
import type { Frame } from "../../lib/protocol/frame.ts";
import { Malformed, type Packet } from "../../lib/protocol/layout.ts";
import type { Person } from "../../lib/protocol/packets/pals.ts";
import type { Line, Model, Room } from "./model.ts";
import type { Video } from "./video.ts";

export interface JoinWish {
  readonly lockword: string;
  readonly invisible: boolean;
}

/**
 * Actions of the session that packets request in addition to changing the
 * model.
 */
export interface PacketPorts {
  readonly model: Model;
  /** Requests the record of a user. */
  askAbout(uid: number): void;
  /**
   * Handles the server's confirmation of everything sent before the last
   * question.
   */
  confirmed(): void;
  /** Handles the server's refusal of a packet of this type. */
  refused(type: number): void;
  /** Returns how the user wanted to join this room. */
  wishOf(gid: number): JoinWish;
  /**
   * Called when the server has let the user into this room, for the first time
   * or again.
   */
  roomBack(gid: number): void;
  voiceAt(gid: number): void;
  readonly video: Video | undefined;
  roomGone(gid: number): void;
  /**
   * Called for a line that may be announced; `gid` is undefined for instant
   * messages.
   */
  heard(line: Line, gid: number | undefined): void;
  send<T>(packet: Packet<T>, value: T): void;
  /** Called with the results of a search. */
  searched(people: readonly Person[]): void;
  /**
   * Ends the session at the server's request; `again` allows the page to sign
   * on again.
   */
  farewell(sentence: string, again: boolean): void;
}

export type Handler = (ports: PacketPorts, frame: Frame) => void;

export function on<T>(
  packet: Packet<T>,
  handle: (ports: PacketPorts, value: T) => void,
): [number, Handler] {
  return [packet.type, (ports, frame) => {
    const value = packet.parse(frame.payload);
    if (!(value instanceof Malformed)) handle(ports, value);
  }];
}

export function inRoom<T extends { readonly gid: number }>(
  packet: Packet<T>,
  handle: (ports: PacketPorts, room: Room, value: T) => void,
): [number, Handler] {
  return on(packet, (ports, value) => {
    const room = ports.model.rooms.get(value.gid);
    if (room !== undefined) handle(ports, room, value);
  });
}
