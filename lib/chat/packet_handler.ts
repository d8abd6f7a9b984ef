/**
 * The server's side of one line: passes each packet to its handler and performs
 * the effects.
 *
 * @module
 */
import { activity } from "../ops/activity.ts";
import type { Receipt } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import { Context, type Services } from "./context.ts";
import { dispatch, isAwaited } from "./dispatch.ts";
import type { Line, LineHandler, ReceivedFrame } from "./edge/line.ts";
import { greetSilent } from "./handlers/sign_on.ts";
import { settleReceipt } from "./receipts.ts";

/** What the lines of clients need from the server. */
export interface PacketHandlerPorts {
  /** Performs the effects of a packet. */
  perform(ctx: Context): void;
  /** Ends the session with a sentence for its user. */
  expel(session: Session, sentence: string, reason: string): void;
  ended(session: Session, reason: string): void;
  frameIn(session: Session, frame: ReceivedFrame): void;
  frameOut(session: Session, frames: Uint8Array): void;
}

export class PacketHandler implements LineHandler {
  readonly #ctx: Context;
  readonly #line: Line;
  readonly #ports: PacketHandlerPorts;
  #online = false;

  constructor(
    line: Line,
    session: Session,
    services: Services,
    ports: PacketHandlerPorts,
  ) {
    this.#line = line;
    this.#ports = ports;
    this.#ctx = new Context(services, session);
  }

  get session(): Session {
    return this.#ctx.session;
  }

  get who(): Record<string, unknown> {
    return this.#ctx.who;
  }

  silent(): void {
    greetSilent(this.#ctx);
    this.#perform();
  }

  frameIn(frame: ReceivedFrame): void {
    this.#ports.frameIn(this.session, frame);
  }

  frameOut(frames: Uint8Array): void {
    this.#ports.frameOut(this.session, frames);
  }

  packet(type: number, payload: Uint8Array, now: number): void | Promise<void> {
    activity.packet(type, this.session.id, now);
    const ending = dispatch(this.#ctx, type, payload);
    if (ending !== undefined) return ending.then(() => this.#answer(type));
    this.#answer(type);
  }

  written(receipt: Receipt): void {
    settleReceipt(this.#ctx.services, this.session, receipt);
  }

  overRate(): void {
    const ctx = this.#ctx;
    // Before sign-on every connection could otherwise cause a log line.
    if (ctx.session.phase !== "online" || !ctx.mayHaveLine()) return;
    ctx.log.warn("packets over the rate are dropped", {
      ...ctx.who,
      limit: ctx.settings.limits.packets_per_second,
    });
  }

  expel(sentence: string, reason: string): void {
    this.#ports.expel(this.session, sentence, reason);
  }

  ended(reason: string): void {
    this.#ports.ended(this.session, reason);
  }

  #answer(type: number): void {
    if (isAwaited(type)) {
      this.#line.answered(this.#ctx.out.bytesTo(this.session));
    }
    this.#charge();
    this.#perform();
  }

  /** What the packet sends to others is charged to its sender. */
  #charge(): void {
    const { session, services, out, steady } = this.#ctx;
    if (out.list.length === 0 || session.uid === 0) return;
    const { rooms } = services.world;
    const bytes = out.bytesToOthers(
      session,
      (gid) => rooms.get(gid)?.members.size ?? 1,
    );
    if (bytes === 0) return;
    services.fanoutBudget.spend(session.uid, bytes, steady);
    this.#hold();
  }

  #hold(): void {
    const { session, services, steady } = this.#ctx;
    const ms = services.fanoutBudget.debtMs(session.uid, steady);
    if (ms > 0) this.#line.hold(ms);
  }

  #perform(): void {
    const { out } = this.#ctx;
    if (out.list.length > 0) {
      this.#ports.perform(this.#ctx);
      out.clear();
    }
    if (!this.#online && this.session.phase === "online") {
      this.#online = true;
      this.#line.signedOn();
      // An earlier session of this account may have left a debt.
      this.#hold();
    }
  }
}
