/**
 * A line of the leading core itself. Like the lines of gateways, its output is
 * held until all earlier decisions are in the log.
 *
 * @module
 */
import type { Line } from "../chat/edge/line.ts";
import type { Receipt } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import type { Hub } from "./hub.ts";

export class HeldLine implements Line {
  readonly #line: Line;
  readonly #hub: Hub;

  constructor(line: Line, hub: Hub) {
    this.#line = line;
    this.#hub = hub;
  }

  get session(): Session {
    return this.#line.session;
  }

  get port(): number {
    return this.#line.port;
  }

  get openedAt(): number {
    return this.#line.openedAt;
  }

  get lastPacketAt(): number {
    return this.#line.lastPacketAt;
  }

  get packetsIn(): number {
    return this.#line.packetsIn;
  }

  get packetsOut(): number {
    return this.#line.packetsOut;
  }

  get queuedBytes(): number {
    return this.#line.queuedBytes;
  }

  get mayYield(): boolean {
    return this.#line.mayYield;
  }

  push(frames: Uint8Array, receipt?: Receipt): boolean {
    this.#held(() => {
      if (this.#line.push(frames, receipt)) this.#line.flush();
    });
    return false;
  }

  flush(): void {}

  signedOn(): void {
    this.#line.signedOn();
  }

  hold(ms: number): void {
    this.#line.hold(ms);
  }

  answered(bytes: number): void {
    this.#line.answered(bytes);
  }

  stuckFor(now: number): number {
    return this.#line.stuckFor(now);
  }

  seal(): void {
    this.#line.seal();
  }

  isSettled(now: number): boolean {
    return this.#line.isSettled(now);
  }

  async close(reason: string): Promise<void> {
    await new Promise<void>((resolve) => this.#held(resolve));
    await this.#line.close(reason);
  }

  dead(reason: string): void {
    this.#line.dead(reason);
  }

  end(reason: string): void {
    this.#line.end(reason);
  }

  /**
   * Runs `work` when the log is up to date; immediately on a core that has been
   * replaced.
   */
  #held(work: () => void): void {
    if (this.#hub.isStopped) work();
    else this.#hub.hold(work);
  }
}
