/**
 * Every bound of the voice port in one place.
 *
 * @module
 */
import { type Config, defaultConfig } from "../config/config.ts";

export interface VoiceLimits {
  /** Connections in all, and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** New connections of one address per second; ten times as many at once. */
  readonly newPerSecond: number;
  /** Addresses whose connections count in the total only. */
  readonly uncounted: readonly string[];
  /** Connections that have not said hello; the oldest make room. */
  readonly halfOpen: number;
  readonly halfOpenPerAddress: number;
  /** Milliseconds a connection may take to say hello. */
  readonly helloMs: number;
  /** Milliseconds a listener may read nothing before it is disconnected. */
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

/** Bounds that are no settings. */
const FIXED = { halfOpenPerAddress: 256, lingerMs: 2000, faults: 100 };

/** Reads each bound from the configuration in force when it is used. */
export function voiceLimits(config: () => Config): VoiceLimits {
  const limits = () => config().limits;
  return {
    ...FIXED,
    get connections() {
      return limits().voice_connections;
    },
    get connectionsPerAddress() {
      return limits().voice_connections_per_address;
    },
    get newPerSecond() {
      return limits().new_connections_per_second;
    },
    get uncounted() {
      return config().access.uncounted;
    },
    get halfOpen() {
      return limits().voice_silent_connections;
    },
    get helloMs() {
      return 1000 * limits().voice_hello_seconds;
    },
    get stuckMs() {
      return 1000 * limits().voice_stuck_seconds;
    },
    get bytesPerSecond() {
      return limits().voice_bytes_per_second;
    },
    get queueFrames() {
      return config().voice.queue_frames;
    },
  };
}

const DEFAULTS = defaultConfig();
/** The bounds of a server without settings of its own. */
export const VOICE_LIMITS: VoiceLimits = { ...voiceLimits(() => DEFAULTS) };
