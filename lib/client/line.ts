/**
 * The part of a client that its rooms, contacts, voice and video use: a
 * signed-on connection, and the state learnt from it.
 *
 * @module
 */
import type { Frame } from "../protocol/frame.ts";
import type { Packet } from "../protocol/layout.ts";
import type { Connection } from "./connection.ts";
import type { ClientState } from "./state.ts";
import type { Strictness } from "./strictness.ts";
import type { Transport } from "./transport.ts";

export interface Line {
  readonly options: { readonly transport: Transport };
  readonly state: ClientState;
  readonly strictness: Strictness;
  readonly uid: number;
  /** The signed-on connection. @throws Error when there is none */
  readonly connection: Connection;
  send<T>(packet: Packet<T>, value: T): Promise<void>;
  /** Takes the next packet of this kind that the predicate accepts. */
  expect<T>(
    packet: Packet<T>,
    wants?: (value: T) => boolean,
    timeoutMs?: number,
  ): Promise<T>;
  /** Takes the next frame of this type, or that the predicate accepts. */
  next(
    wanted: number | ((frame: Frame) => boolean),
    timeoutMs?: number,
  ): Promise<Frame>;
}
