/**
 * Sends what the user writes, and shows it with its delivery status.
 *
 * @module
 */
import type { Packet } from "../../lib/protocol/layout.ts";
import {
  imOut,
  profileMessageOut,
  roomMessageOut,
} from "../../lib/protocol/packets/messages.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import type { Delivery } from "./delivery.ts";
import type { Line, Model } from "./model.ts";
import { addLine } from "./packets.ts";
import { plainText } from "./text.ts";

/** Number of the only profile that the page uses. */
const PROFILE = 1;

export class Writer {
  readonly #model: Model;
  readonly #send: <T>(packet: Packet<T>, value: T) => void;
  readonly #delivery: Delivery;

  constructor(
    model: Model,
    send: <T>(packet: Packet<T>, value: T) => void,
    delivery: Delivery,
  ) {
    this.#model = model;
    this.#send = send;
    this.#delivery = delivery;
  }

  /**
   * Sends a line to a room and shows it, because the server does not echo it.
   */
  say(gid: number, text: string): void {
    const room = this.#model.rooms.get(gid);
    if (room === undefined) return;
    this.#send(roomMessageOut, { gid, text: encodeText(text) });
    this.#sent(room, text, roomMessageOut.type);
  }

  message(uid: number, text: string): void {
    this.#send(imOut, { to: uid, text: encodeText(text) });
    this.#sent(this.#model.conversation(uid), text, imOut.type);
  }

  /**
   * Sends a message to a user's profile; the old client opens a separate window
   * for it.
   */
  profileMessage(uid: number, text: string): void {
    this.#send(profileMessageOut, {
      from: this.#model.me.uid,
      fromProfile: PROFILE,
      to: uid,
      toProfile: PROFILE,
      text: encodeText(text),
    });
    const place = this.#model.conversation(uid);
    this.#sent(place, text, profileMessageOut.type);
  }

  /** Sends a line again that may have been lost with the connection. */
  again(line: Line): void {
    const model = this.#model;
    for (const room of model.rooms.values()) {
      const at = room.lines.indexOf(line);
      if (at < 0) continue;
      room.lines.splice(at, 1);
      return this.say(room.gid, line.text);
    }
    for (const { uid, lines } of model.conversations.values()) {
      const at = lines.indexOf(line);
      if (at < 0) continue;
      lines.splice(at, 1);
      return line.kind === "profile"
        ? this.profileMessage(uid, line.text)
        : this.message(uid, line.text);
    }
  }

  #sent(
    place: { lines: Line[]; unread: number },
    text: string,
    type: number,
  ): void {
    const { me } = this.#model;
    const line = addLine(this.#model, place, {
      uid: me.uid,
      name: me.nickname,
      text,
      kind: type === profileMessageOut.type
        ? "profile"
        : /^\/w\s/i.test(plainText(text))
        ? "whisper"
        : "said",
      own: true,
      delivery: "sending",
    });
    this.#delivery.sent(line, type);
    this.#model.changed();
  }
}
