/**
 * Every bound of the voice port in one place.
 *
 * @module
 */
export interface VoiceLimits {
  /** Connections in all, and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Connections that have not said hello; the oldest make room. */
  readonly halfOpen: number;
  readonly halfOpenPerAddress: number;
  /** Milliseconds a connection may take to say hello. */
  readonly helloMs: number;
  /** Milliseconds a listener may take nothing at all before he is closed. */
  readonly stuckMs: number;
  /** Milliseconds an ending connection may take to end. */
  readonly lingerMs: number;
  /** Most that one talker may send; GSM is 1,900. */
  readonly bytesPerSecond: number;
  /** Frames that may wait for a listener who lags. */
  readonly queueFrames: number;
  /** Bad frames in a row before a connection is closed. */
  readonly faults: number;
}

export const VOICE_LIMITS: VoiceLimits = {
  connections: 20_000,
  connectionsPerAddress: 4096,
  halfOpen: 2048,
  halfOpenPerAddress: 256,
  helloMs: 10_000,
  stuckMs: 10_000,
  lingerMs: 2000,
  bytesPerSecond: 1024 * 1024,
  queueFrames: 5,
  faults: 100,
};
