/**
 * Counters of the chat side, for `status` and metrics.
 *
 * @module
 */

export class Counters {
  packetsIn = 0;
  packetsOut = 0;
  signOns = 0;
  signOnsRefused = 0;
  packetsOverRate = 0;
  /** Answered late because the client was over its rate. */
  packetsDelayed = 0;
  unknownPackets = 0;
  malformedPackets = 0;
  ignoredPackets = 0;
  slowClientsClosed = 0;
  floodersClosed = 0;
  connectionsRefused = 0;
  handlerErrors = 0;
  /** Errors outside of handlers. */
  coreErrors = 0;
  /**
   * Connections before sign-on that were closed to make room for newer ones.
   */
  strangersClosed = 0;
  readonly byType = new Map<string, number>();
  readonly refusals = new Map<string, number>();

  received(name: string): void {
    this.packetsIn++;
    this.byType.set(name, (this.byType.get(name) ?? 0) + 1);
  }

  refused(name: string): void {
    this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1);
  }

  ignored(): void {
    this.ignoredPackets++;
  }
}
