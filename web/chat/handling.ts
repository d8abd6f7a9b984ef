/**
 * What a packet's handler gets, and how it is bound to its packet.
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

/** What the session does when a packet asks for more than a change. */
export interface PacketPorts {
  readonly model: Model;
  /** Asks the server who that is. */
  askAbout(uid: number): void;
  /** All that was sent before the last question has been dealt with. */
  confirmed(): void;
  /** The server has refused a packet of this type. */
  refused(type: number): void;
  /** How the user wanted to join this room. */
  wishOf(gid: number): JoinWish;
  /** The server has let the user into this room, for the first time or again. */
  roomBack(gid: number): void;
  voiceAt(gid: number): void;
  readonly video: Video | undefined;
  roomGone(gid: number): void;
  /** A line that may be announced; `gid` undefined: it is a personal one. */
  heard(line: Line, gid: number | undefined): void;
  send<T>(packet: Packet<T>, value: T): void;
  /** A search has ended. */
  searched(people: readonly Person[]): void;
  /** The server ends this session; `again`: the page may sign on again. */
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
