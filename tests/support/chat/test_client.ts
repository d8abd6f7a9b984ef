/**
 * A client without a real connection, for tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Session } from "../../../lib/domain/session.ts";
import type { Account, Uid } from "../../../lib/domain/store.ts";
import { hex } from "../../../lib/protocol/bytes.ts";
import { CLIENT_VERSION, decodeFrames } from "../../../lib/protocol/frame.ts";
import { written } from "../golden/golden.ts";
import type { Facts } from "../../../lib/protocol/dialects/dialect.ts";
import { hazardIn } from "../../../lib/protocol/hazards.ts";
import {
  CLIENT_TYPES,
  type ClientTypeName,
  nameOfServerType,
} from "../../../lib/protocol/packet_types.ts";
import { Context } from "../../../lib/chat/context.ts";
import { depart } from "../../../lib/chat/departure.ts";
import { dispatch } from "../../../lib/chat/dispatch.ts";
import { keepUnarrived } from "../../../lib/chat/mailbox.ts";
import type { TestChat } from "./test_chat.ts";

const FACTS: Facts = { serverAddress: "198.51.100.7" };

export class TestClient {
  readonly session: Session;
  /** Why the server closed the connection; undefined while it is open. */
  closed: string | undefined;
  readonly #chat: TestChat;
  #received: string[] = [];

  constructor(chat: TestChat, id: number, address: string) {
    this.#chat = chat;
    this.session = new Session(id, address, "192.0.2.1", chat.now);
    this.session.clientVersion = CLIENT_VERSION;
  }

  get uid(): Uid {
    return this.session.uid;
  }

  get account(): Account {
    return this.#chat.store.accounts.get(this.uid)!;
  }

  /** Sends a payload, written as hex and 'text'. */
  async send(packet: ClientTypeName, bytes = ""): Promise<void> {
    await this.sendBytes(CLIENT_TYPES[packet].type, written(bytes));
  }

  async sendBytes(type: number, payload: Uint8Array): Promise<void> {
    const copy = payload.slice();
    const ctx = new Context(this.#chat.services, this.session);
    this.session.packetCame();
    await dispatch(ctx, type, copy);
    this.#chat.perform(ctx);
    // The real payload is a view of a buffer that the next read overwrites.
    copy.fill(0x78);
  }

  push(bytes: Uint8Array): void {
    if (this.closed !== undefined) return;
    const { dialect } = this.session;
    const { frames, left } = decodeFrames(bytes);
    assert.equal(left, 0, "whole frames only");
    for (const { type, payload } of frames) {
      const name = nameOfServerType(type);
      const hazard = hazardIn(type, payload);
      assert.equal(hazard, undefined, `${name} ${hex(payload)}`);
      const { outgoing } = dialect;
      const own = outgoing?.({ type, payload }, FACTS) ?? { type, payload };
      this.#received.push(`${nameOfServerType(own.type)} ${hex(own.payload)}`);
    }
  }

  /** Returns the frames since the last call as "NAME hex". */
  take(): string[] {
    const received = this.#received;
    this.#received = [];
    return received;
  }

  /** Returns only the names of the frames since the last call. */
  takeNames(): string[] {
    return this.take().map((line) => line.split(" ")[0]!);
  }

  /**
   * Asserts that exactly these frames have arrived, written as "NAME hex and
   * 'text'".
   */
  expect(...frames: readonly string[]): void {
    const wanted = frames.map((frame) => {
      const [name = "", ...bytes] = frame.split(" ");
      return `${name} ${hex(written(bytes.join(" ")))}`;
    });
    assert.deepEqual(this.take(), wanted);
  }

  /** Breaks the line without the server noticing. */
  cut(): void {
    this.closed ??= "by the client";
  }

  /** Closes the connection with a FIN, without signing off. */
  hangUp(): void {
    this.cut();
    this.session.ending = "clean";
    this.#chat.act((ctx) => {
      depart(ctx, this.session);
      keepUnarrived(ctx, this.session);
    });
  }
}
