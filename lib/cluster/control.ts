/**
 * Infrequent messages between cores and gateways: JSON in messages of kind
 * "control".
 *
 * @module
 */
import type { Value } from "../config/setting.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { CameraVideo } from "./video_mirror.ts";
import type { OtherVideo } from "../video/server.ts";
import type { VoiceQuality } from "../voice/quality.ts";
import type { VoiceStats } from "../voice/server.ts";
import type { RoomVoice } from "./voice_room.ts";
import type { Message } from "./wire.ts";

/** Location of a core's data. */
export interface CorePlace {
  readonly host: string;
  readonly folder: string;
  /** "host:port" of its pages; null for none. */
  readonly web: string | null;
}

/** Addresses and services of a gateway. */
export interface GatewayInfo {
  readonly version: string;
  readonly pid: number;
  /** Machine of the gateway, for display. */
  readonly host: string;
  /** IPv4 addresses configured by the gateway's host. */
  readonly outside: string | null;
  readonly inside: string | null;
  /**
   * IPv4 address of the gateway's machine, for clients that have no better one.
   */
  readonly address: string;
  /** "host:port" of the chat port. */
  readonly chat: string;
  readonly voice: string;
  readonly voicePort: number;
  /** Null without video. */
  readonly videoPort: number | null;
}

/** Counters of a gateway. */
export interface GatewayStats {
  readonly connections: number;
  readonly packetsOverRate: number;
  readonly slowClientsClosed: number;
  readonly floodersClosed: number;
  readonly connectionsRefused: number;
  readonly strangersClosed: number;
  readonly voice: VoiceStats;
  readonly video: OtherVideo | null;
  readonly memory: number;
  /** Voice of each room since the last report. */
  readonly quality?: readonly (readonly [Gid, VoiceQuality])[];
}

export type Control =
  // From a gateway.
  | { readonly kind: "hello"; readonly info: GatewayInfo }
  | { readonly kind: "stats"; readonly stats: GatewayStats }
  | { readonly kind: "talks"; readonly gid: Gid; readonly uid: Uid }
  /** Reports the first valid picture of this user's camera. */
  | { readonly kind: "first picture"; readonly uid: Uid }
  | { readonly kind: "link lost"; readonly gid: Gid; readonly uid: Uid }
  // From the core.
  | {
    readonly kind: "rules";
    /** Settings that apply at all gateways, by key. */
    readonly settings: Readonly<Record<string, Value>>;
    /** Networks that are banned from connecting. */
    readonly banned: readonly string[];
    /** Where commands can be run. */
    readonly core: CorePlace;
    /** Text shown to clients when no core has answered for too long. */
    readonly farewell: string;
  }
  /** All cameras that this gateway relays, and their views. */
  | { readonly kind: "video"; readonly cameras: readonly CameraVideo[] }
  /**
   * State of a room whose voice is at this gateway; null when it no longer is.
   */
  | {
    readonly kind: "voice";
    readonly gid: Gid;
    readonly room: RoomVoice | null;
  };

export function control(about: Control): Message {
  return { what: "control", text: JSON.stringify(about) };
}

/** Parses a message; undefined for one of another version. */
export function readControl(text: string): Control | undefined {
  try {
    const about = JSON.parse(text);
    return typeof about?.kind === "string" ? about : undefined;
  } catch {
    return undefined;
  }
}
