/**
 * All limits of the voice port in one place.
 *
 * @module
 */
import { type Config, defaultConfig } from "../config/config.ts";
import { liveRate, type Rate } from "../net/rates.ts";

export interface VoiceLimits {
  /** Connections in all, and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /**
   * New connections from one address per second; a burst may be ten times as
   * large.
   */
  readonly newPerSecond: number;
  /** Addresses whose connections count only in the total. */
  readonly uncounted: readonly string[];
  /**
   * Connections that have not sent a hello; above this the oldest are closed.
   */
  readonly halfOpen: number;
  readonly halfOpenPerAddress: number;
  /** Milliseconds within which a connection must send its hello. */
  readonly helloMs: number;
  /** Milliseconds after which a listener that reads nothing is disconnected. */
  readonly stuckMs: number;
  /** Milliseconds that a connection may take to close. */
  readonly lingerMs: number;
  /** The most that one speaker may send; GSM needs 1,900. */
  readonly bytesPerSecond: number;
  /** Frames that may wait for a slow listener. */
  readonly queueFrames: number;
  /** Bad frames in a row after which a connection is closed. */
  readonly faults: number;
}

/** Limits that are not settings. */
const FIXED = { halfOpenPerAddress: 256, lingerMs: 2000, faults: 100 };

/** Reads each limit from the configuration in force when it is used. */
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
/** The limits of a server without a configuration file. */
export const VOICE_LIMITS: VoiceLimits = { ...voiceLimits(() => DEFAULTS) };

/**
 * Seconds of speech that may arrive in one burst, as after a stall of the
 * network.
 */
const SPEECH_BURST_SECONDS = 2;

/** Returns the rate of one speaker, in bytes. */
export function speechRate(
  limits: Pick<VoiceLimits, "bytesPerSecond">,
): Rate {
  return liveRate(() => limits.bytesPerSecond, SPEECH_BURST_SECONDS);
}
