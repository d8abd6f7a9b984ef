/**
 * Every bound of the video port in one place.
 *
 * @module
 */
import { type Config, defaultConfig } from "../config/config.ts";

export interface VideoLimits {
  /** Connections at a time, GETs that wait included. */
  readonly connections: number;
  /** Connections accepted per second. */
  readonly connectionsPerSecond: number;
  /** Bytes of pictures per second: of one publisher, to all viewers. */
  readonly publisherBytesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Milliseconds for a request or a picture to arrive, and to be taken. */
  readonly transferMs: number;
  /** Milliseconds a GET waits for a newer picture. */
  readonly holdMs: number;
}

/** Limits without a setting. */
const FIXED = { transferMs: 10_000, holdMs: 10_000 };

/** Reads each bound from the configuration in force when it is used. */
export function videoLimits(config: () => Config): VideoLimits {
  const limits = () => config().limits;
  return {
    ...FIXED,
    get connections() {
      return limits().video_connections;
    },
    get connectionsPerSecond() {
      return limits().video_connections_per_second;
    },
    get publisherBytesPerSecond() {
      return limits().video_publisher_bytes_per_second;
    },
    get bytesPerSecond() {
      return limits().video_bytes_per_second;
    },
  };
}

const DEFAULTS = defaultConfig();
/** The bounds of a server without settings of its own. */
export const VIDEO_LIMITS: VideoLimits = { ...videoLimits(() => DEFAULTS) };
