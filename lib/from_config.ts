/**
 * What single parts of the server are told of the configuration.
 *
 * @module
 */
import type { Config } from "./config/config.ts";
import { PasswordHasher } from "./ops/password_hash.ts";
import type { VoiceLimits } from "./voice/limits.ts";

export function hasherFor(config: Config): PasswordHasher {
  return new PasswordHasher({
    log2n: config.auth.scrypt_log2n,
    queueLimit: config.limits.hash_queue,
  });
}

export function voiceLimits({ limits, voice }: Config): Partial<VoiceLimits> {
  return {
    connections: limits.voice_connections,
    connectionsPerAddress: limits.voice_connections_per_address,
    halfOpen: limits.voice_silent_connections,
    helloMs: 1000 * limits.voice_hello_seconds,
    stuckMs: 1000 * limits.voice_stuck_seconds,
    bytesPerSecond: limits.voice_bytes_per_second,
    queueFrames: voice.queue_frames,
  };
}
