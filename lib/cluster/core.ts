/**
 * The core's side of a cluster: lines of gateways become lines of the chat
 * server, gateways learn the rules, and each voice room has its place.
 *
 * @module
 */
import type { ChatServer } from "../chat/server.ts";
import { announceMediaServer } from "../chat/membership.ts";
import { takeTurn } from "../chat/handlers/microphone.ts";
import { RemoteLines } from "../chat/edge/remote.ts";
import type { MediaServer } from "../chat/context.ts";
import type { Config } from "../config/config.ts";
import { SETTINGS, valueAt } from "../config/config.ts";
import type { Value } from "../config/setting.ts";
import { logger } from "../ops/log.ts";
import { VERSION } from "../version.ts";
import type { VoiceControl, VoiceRoster } from "../voice/roster.ts";
import type { Broker } from "./broker.ts";
import { ClusterVoice } from "./cluster_voice.ts";
import { type Control, control, readControl } from "./control.ts";
import { type GatewayLife, Hub, type Rules } from "./hub.ts";
import { Places } from "./places.ts";
import type { Message } from "./wire.ts";

const TICK_MS = 50;
/** Sections of the configuration that hold at every gateway. */
const SHARED = ["access", "limits", "voice", "video"];
export const FAREWELL =
  "The server cannot be reached at the moment. Please come back later.";

export interface ClusterCoreOptions {
  readonly broker: Broker;
  readonly epoch: number;
  readonly chat: ChatServer;
  readonly config: () => Config;
  /** Addresses for clients of this process. */
  readonly media: MediaServer;
  /** The voice server of this process. */
  readonly voice: VoiceControl;
  readonly roster: VoiceRoster;
  /** Networks that may not connect; another list when they have changed. */
  readonly banned: () => readonly string[];
  /** The data folder of this core. */
  readonly folder: string;
  readonly onReplaced?: () => void;
}

export class ClusterCore implements Disposable {
  readonly places: Places;
  readonly lines: RemoteLines;
  readonly media: MediaServer;
  readonly voice: ClusterVoice;
  readonly #options: ClusterCoreOptions;
  readonly #log = logger("cluster");
  readonly #timer: ReturnType<typeof setInterval>;
  #hub!: Hub;
  /** What gateways were told last. */
  #told: { config: Config; banned: readonly string[] } | undefined;

  constructor(options: ClusterCoreOptions) {
    this.#options = options;
    const { chat, broker, epoch, media } = options;
    const { world, counters, steady } = chat.services;
    this.lines = new RemoteLines({
      open: (line, remote, local) => chat.open(line, remote, local),
      now: steady,
      onPacketOut: () => counters.packetsOut++,
      push: (gateway, message) => this.#hub.push(gateway, message),
      onError: (session, error) => {
        counters.coreErrors++;
        this.#log.error("connection failed", {
          session: session.id,
          error: error instanceof Error ? error.stack : `${error}`,
        });
      },
    });
    this.places = new Places(
      (session) => this.lines.gatewayOf.get(session),
      (gid) => world.rooms.get(gid)?.members.size ?? 0,
    );
    this.media = this.places.media(media);
    this.voice = new ClusterVoice({
      places: this.places,
      own: options.voice,
      roster: options.roster,
      world,
      media: this.media,
      send: (gateway, about) => this.#hub.push(gateway, control(about)),
      announce: (gid, uid) => this.#announce(gid, uid),
    });
    this.#hub = new Hub({
      broker,
      epoch,
      rules: (hub) => this.#rules(hub),
      defer: (work) => queueMicrotask(() => queueMicrotask(work)),
      onReplaced: () => options.onReplaced?.(),
    }, performance.now());
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get hub(): Hub {
    return this.#hub;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#hub.stop();
  }

  #tick(): void {
    this.#tellRules();
    this.#hub.tick(performance.now());
  }

  #rules(hub: Hub): Rules {
    this.#hub = hub;
    return {
      handle: ({ gateway }, message) => this.#handle(gateway, message),
      lost: (peer) => this.#lost(peer),
      restore: () => {},
      collect: () => {
        // What has been pushed is on its way.
        this.lines.seal();
        return undefined;
      },
    };
  }

  #handle(gateway: number, message: Message): void {
    if (message.what === "open") this.places.found(gateway, message.local.host);
    if (this.lines.take(gateway, message)) return;
    if (message.what !== "control") return;
    const about = readControl(message.text);
    if (about !== undefined) this.#control(gateway, about);
  }

  #control(gateway: number, about: Control): void {
    switch (about.kind) {
      case "hello": {
        const { info } = about;
        if (info.version !== VERSION) {
          this.#log.warn("a gateway of another version", {
            gateway,
            host: info.host,
            version: info.version,
          });
        }
        this.places.add(gateway, info);
        const { host, chat } = info;
        this.#log.info("gateway joined", { gateway, host, chat });
        const config = this.#options.config();
        const banned = this.#options.banned();
        this.#hub.push(gateway, this.#rulesFor(config, banned));
        break;
      }
      case "stats": {
        const place = this.places.get(gateway);
        if (place !== undefined) place.stats = about.stats;
        break;
      }
      case "talks":
        this.#options.chat.act((ctx) => takeTurn(ctx, about.gid, about.uid));
        break;
      case "link lost":
        this.#announce(about.gid, about.uid);
        break;
    }
  }

  #lost({ gateway }: GatewayLife): void {
    const people = this.lines.count(gateway);
    this.#log.warn("gateway lost", { gateway, people });
    const gids = this.places.remove(gateway);
    this.lines.lost(gateway);
    for (const gid of gids) this.voice.move(gid);
  }

  #announce(gid: number, uid: number): void {
    const { chat } = this.#options;
    const { world } = chat.services;
    const room = world.rooms.get(gid);
    const session = world.online.get(uid);
    if (room === undefined || session === undefined) return;
    chat.act((ctx) => announceMediaServer(ctx, room, session));
  }

  /** Tells all gateways when the rules have changed. */
  #tellRules(): void {
    const config = this.#options.config();
    const banned = this.#options.banned();
    const told = this.#told;
    this.#told = { config, banned };
    if (told === undefined) return;
    if (told.config === config && told.banned === banned) return;
    const message = this.#rulesFor(config, banned);
    for (const { gateway } of this.places.all()) {
      this.#hub.push(gateway, message);
    }
  }

  #rulesFor(config: Config, banned: readonly string[]): Message {
    const settings: Record<string, Value> = {};
    for (const key of SETTINGS.keys()) {
      const [section = ""] = key.split(".");
      if (SHARED.includes(section)) settings[key] = valueAt(config, key);
    }
    return control({
      kind: "rules",
      settings,
      banned,
      core: { host: Deno.hostname(), folder: this.#options.folder },
      farewell: FAREWELL,
    });
  }
}
