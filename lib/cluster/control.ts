/**
 * What cores and gateways tell each other now and then: JSON in messages of
 * kind "control".
 *
 * @module
 */
import type { Value } from "../config/setting.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { CameraVideo } from "./video_mirror.ts";
import type { OtherVideo } from "../video/server.ts";
import type { VoiceStats } from "../voice/server.ts";
import type { RoomVoice } from "./voice_room.ts";
import type { Message } from "./wire.ts";

/** Where a core's data are. */
export interface CorePlace {
  readonly host: string;
  readonly folder: string;
  /** Where it serves its pages, "host:port"; null: nowhere. */
  readonly web: string | null;
}

/** How a gateway is reached and what it serves. */
export interface GatewayInfo {
  readonly version: string;
  readonly pid: number;
  /** For the host's eyes: its machine. */
  readonly host: string;
  /** IPv4 addresses that its host has set. */
  readonly outside: string | null;
  readonly inside: string | null;
  /** An IPv4 address of its machine, for those whom nothing better is known. */
  readonly address: string;
  /** Where it listens, "host:port". */
  readonly chat: string;
  readonly voice: string;
  readonly voicePort: number;
  /** Null when it carries no video. */
  readonly videoPort: number | null;
}

/** What a gateway counts. */
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
}

export type Control =
  // From a gateway.
  | { readonly kind: "hello"; readonly info: GatewayInfo }
  | { readonly kind: "stats"; readonly stats: GatewayStats }
  | { readonly kind: "talks"; readonly gid: Gid; readonly uid: Uid }
  /** The first sound picture of this user's camera has come. */
  | { readonly kind: "first picture"; readonly uid: Uid }
  | { readonly kind: "link lost"; readonly gid: Gid; readonly uid: Uid }
  // From the core.
  | {
    readonly kind: "rules";
    /** Settings that hold at every gateway, by their keys. */
    readonly settings: Readonly<Record<string, Value>>;
    /** Networks that may not connect. */
    readonly banned: readonly string[];
    /** Where commands can be run. */
    readonly core: CorePlace;
    /** What clients read when the core is gone for long. */
    readonly farewell: string;
  }
  /** All cameras that this gateway relays, and their views. */
  | { readonly kind: "video"; readonly cameras: readonly CameraVideo[] }
  /** The voice of a room is at this gateway; null: no longer. */
  | {
    readonly kind: "voice";
    readonly gid: Gid;
    readonly room: RoomVoice | null;
  };

export function control(about: Control): Message {
  return { what: "control", text: JSON.stringify(about) };
}

/** Undefined for anything that is not of this version's. */
export function readControl(text: string): Control | undefined {
  try {
    const about = JSON.parse(text);
    return typeof about?.kind === "string" ? about : undefined;
  } catch {
    return undefined;
  }
}
