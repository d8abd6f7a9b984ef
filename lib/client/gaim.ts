/**
 * Imitates Gaim's plugin for Paltalk.
 *
 * @module
 */
import { utf8FromServer, utf8ToServer } from "../protocol/dialects/utf8.ts";
import type { Frame } from "../protocol/frame.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import {
  roomClosed,
  roomJoined,
  roomMediaServer,
} from "../protocol/packets/rooms.ts";
import type { Client, Program } from "./client.ts";
import type { Connection } from "./connection.ts";
import { signOnAsGaim } from "./gaim_sign_on.ts";
import { GaimStrictness } from "./gaim_strictness.ts";
import type { Credentials } from "./sign_on.ts";

/** The plugin's version word, also that of Paltalk 8.0. */
const VERSION = 83;

/** Speaks UTF-8 and fails where the plugin would crash or hang. */
export class GaimPlugin implements Program {
  readonly strictness: GaimStrictness;
  readonly wire: Program["wire"];

  constructor(readonly client: Client) {
    const strictness = new GaimStrictness(client.state);
    this.strictness = strictness;
    this.wire = {
      version: VERSION,
      toWire: utf8ToServer,
      fromWire: utf8FromServer,
      onWire: (frame) =>
        frame === "fin" ? strictness.finished() : strictness.check(frame),
    };
  }

  signOn(credentials: Credentials): Promise<Connection> {
    const { client } = this;
    return signOnAsGaim(client.dial, client.options, credentials, (uid) => {
      client.state.uid = uid;
    });
  }

  connected(): void {
    this.strictness.connected();
  }

  /** Opens and closes voice; sends nothing by itself. */
  react(_connection: Connection, frame: Frame): void {
    const { voice } = this.client;
    const room = (packet: Packet<{ gid: number }>) => {
      const value = packet.parse(frame.payload);
      return value instanceof Malformed ? 0 : value.gid;
    };
    switch (frame.type) {
      case roomJoined.type:
        return voice.enter(room(roomJoined as Packet<{ gid: number }>));
      case roomMediaServer.type:
        return voice.enter(room(roomMediaServer as Packet<{ gid: number }>));
      case roomClosed.type:
        void voice.leave(room(roomClosed as Packet<{ gid: number }>));
    }
  }
}
