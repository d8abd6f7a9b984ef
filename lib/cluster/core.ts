/**
 * The core's side of a cluster: gateways' lines become lines of the chat
 * server, gateways receive the rules, and each voice room is assigned to a
 * place.
 *
 * @module
 */
import type { ChatServer, VideoControl } from "../chat/server.ts";
import { announceMediaServer } from "../chat/membership.ts";
import { takeTurn } from "../chat/handlers/microphone.ts";
import { RemoteLines } from "../chat/edge/remote.ts";
import type { MediaServer } from "../chat/context.ts";
import type { Config } from "../config/config.ts";
import { logger } from "../ops/log.ts";
import { VERSION } from "../version.ts";
import type { VoiceControl, VoiceRoster } from "../voice/roster.ts";
import { deliverWaiting } from "../chat/mailbox.ts";
import { depart } from "../chat/departure.ts";
import type { Session } from "../domain/session.ts";
import type { Broker } from "./broker.ts";
import type { Collected, RecordChange } from "./entry.ts";
import { HeldLine } from "./held_line.ts";
import type { LogState } from "./log_state.ts";
import { pause } from "./pause.ts";
import { gatewayRecord, Records } from "./records.ts";
import { restoreWorld } from "./restore.ts";
import { ClusterVideo } from "./cluster_video.ts";
import { ClusterVoice } from "./cluster_voice.ts";
import { type Control, control, readControl } from "./control.ts";
import { rulesFor } from "./core_rules.ts";
import { addCounters, GatewayUse } from "./gateway_use.ts";
import { type GatewayLife, Hub, type Rules } from "./hub.ts";
import { Places } from "./places.ts";
import type { Message } from "./wire.ts";

const TICK_MS = 50;
/** Number of ticks between two sweeps of the records. */
const TICKS_A_SWEEP = 4;
/** Milliseconds for which the next core waits for this one's last decisions. */
const LEAVE_MS = 1000;

export interface ClusterCoreOptions {
  readonly broker: Broker;
  readonly epoch: number;
  readonly chat: ChatServer;
  readonly config: () => Config;
  /** Addresses for clients of this process. */
  readonly media: MediaServer;
  /** Voice server of this process. */
  readonly voice: VoiceControl;
  /** Video server of this process. */
  readonly video: VideoControl | undefined;
  readonly roster: VoiceRoster;
  /** Returns the banned networks, as a new array when they have changed. */
  readonly banned: () => readonly string[];
  /** Data folder of this core. */
  readonly folder: string;
  /** "host:port" of the pages; null for none. */
  readonly web: string | null;
  /**
   * Access to the log for a core of several; undefined for a core without a
   * log.
   */
  readonly leader?: LogWriter;
  readonly onReplaced?: () => void;
}

/** Database of a leading core (leader.ts). */
export interface LogWriter {
  readonly state: LogState;
  /** Returns the changes of the database since the last call. */
  collect(): Uint8Array | undefined;
  attach(hub: Hub): void;
}

export class ClusterCore implements Disposable {
  readonly places: Places;
  readonly use = new GatewayUse();
  readonly lines: RemoteLines;
  readonly media: MediaServer;
  readonly voice: ClusterVoice;
  /** Undefined without video. */
  readonly video: ClusterVideo | undefined;
  readonly #options: ClusterCoreOptions;
  readonly #log = logger("cluster");
  readonly #timer: ReturnType<typeof setInterval>;
  #records!: Records;
  /** Pending changes to the records of gateways. */
  readonly #infos: RecordChange[] = [];
  #hub!: Hub;
  #ticks = 0;
  /** The rules last sent to gateways. */
  #told: { config: Config; banned: readonly string[] } | undefined;

  constructor(options: ClusterCoreOptions) {
    this.#options = options;
    const { chat, broker, epoch, media } = options;
    const { world, counters, steady } = chat.services;
    this.lines = new RemoteLines({
      open: (line, remote, local, again) =>
        chat.open(line, remote, local, again),
      forget: (session) => chat.forget(session),
      touch: ({ id }) => this.#records.touch(id),
      // Marks differ for each term, so that a late receipt for an earlier core
      // is not mistaken for one of ours.
      firstMark: (epoch % 2048) * 2 ** 20,
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
      Deno.hostname(),
    );
    const { video } = options;
    this.media = {
      ...this.places.media(media),
      videoFor: (gid, session) =>
        this.video === undefined
          ? media.videoFor(gid, session)
          : this.video.placeFor(gid, session),
    };
    this.video = video && new ClusterVideo({
      places: this.places,
      own: video,
      media,
      world,
      send: (gateway, about) => this.#hub.push(gateway, control(about)),
      act: (work) => chat.act(work),
    });
    this.voice = new ClusterVoice({
      places: this.places,
      own: options.voice,
      roster: options.roster,
      world,
      media: this.media,
      send: (gateway, about) => this.#hub.push(gateway, control(about)),
      announce: (gid, uid) => this.#announce(gid, uid),
    });
    this.#records = new Records({
      world,
      session: (id) => chat.connections.get(id)?.session,
      sessions: () => chat.connections.keys(),
      place: (session) => this.lines.placeOf(session),
      voiceAt: (gid) => this.places.voiceAt(gid),
      now: chat.services.clock,
    });
    const { leader } = options;
    this.#hub = new Hub({
      broker,
      epoch,
      ...(leader !== undefined && { state: leader.state }),
      rules: (hub) => this.#rules(hub),
      defer: (work) => queueMicrotask(() => queueMicrotask(work)),
      onReplaced: () => options.onReplaced?.(),
    }, performance.now());
    leader?.attach(this.#hub);
    chat.observer = {
      performed: (effects) => {
        for (const effect of effects) this.#records.performed(effect);
        this.#hub.touch();
      },
      ended: ({ id }) => this.#records.touch(id),
      own: (line) =>
        leader === undefined ? line : new HeldLine(line, this.#hub),
    };
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get hub(): Hub {
    return this.#hub;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#hub.stop();
  }

  /**
   * Hands over the clients of gateways to another core, without telling them.
   */
  async leave(): Promise<void> {
    if (!this.#hub.isStopped) {
      await Promise.race([this.#hub.settled(), pause(LEAVE_MS)]);
    }
    this[Symbol.dispose]();
    this.lines.abandon();
  }

  #tick(): void {
    this.#tellRules();
    const isDue = ++this.#ticks % TICKS_A_SWEEP === 0;
    if (this.#options.leader !== undefined && isDue) this.#records.sweep();
    this.#hub.tick(performance.now());
  }

  #rules(hub: Hub): Rules {
    this.#hub = hub;
    return {
      handle: ({ gateway }, message) => this.#handle(gateway, message),
      lost: (peer) => this.#lost(peer),
      restore: (state) => this.#restore(state),
      collect: () => this.#collect(),
    };
  }

  #collect(): Collected | undefined {
    // Frames pushed so far are already on their way.
    this.lines.seal();
    const { leader } = this.#options;
    if (leader === undefined) return undefined;
    const changes = leader.collect();
    const records = [...this.#records.collect(), ...this.#infos.splice(0)];
    return changes === undefined && records.length === 0
      ? undefined
      : { changes, records };
  }

  /** Restores the state of an earlier core. */
  #restore(state: LogState): void {
    this.#records.restore(state.records);
    const { chat } = this.#options;
    const { lines, places } = this;
    const { ended, sessions, rooms } = restoreWorld(state, {
      services: chat.services,
      lines,
      places,
    });
    for (const { id } of ended) this.#records.touch(id);
    // After the hub is able to send.
    queueMicrotask(() => this.#restored(ended));
    this.#log.info("goes on where another core has stopped", {
      sessions,
      ended: ended.length,
      rooms,
    });
  }

  #restored(ended: readonly Session[]): void {
    const { chat, config, banned } = this.#options;
    for (const session of ended) chat.act((ctx) => depart(ctx, session));
    const message = rulesFor(config(), banned(), this.#options);
    for (const { gateway } of this.places.all()) {
      this.#hub.push(gateway, message);
    }
    this.video?.forgetAll();
    const { world } = chat.services;
    for (const session of world.online.values()) {
      if (session.catchingUp) chat.act((ctx) => deliverWaiting(ctx, session));
    }
    for (const room of world.rooms.values()) {
      if (!room.isVoice || room.members.size === 0) continue;
      if (this.places.voiceAt(room.gid) === undefined) {
        this.voice.move(room.gid);
      } else this.voice.policyChanged(room.gid);
    }
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
        this.#infos.push(gatewayRecord(gateway, info));
        const { host, chat } = info;
        this.#log.info("gateway joined", { gateway, host, chat });
        const config = this.#options.config();
        const banned = this.#options.banned();
        this.#hub.push(gateway, rulesFor(config, banned, this.#options));
        break;
      }
      case "stats": {
        const place = this.places.get(gateway);
        if (place === undefined) break;
        const { counters } = this.#options.chat.services;
        addCounters(counters, about.stats, place.stats);
        this.use.add(about.stats, place.stats);
        place.stats = about.stats;
        break;
      }
      case "talks":
        this.#options.chat.act((ctx) => takeTurn(ctx, about.gid, about.uid));
        break;
      case "first picture":
        this.video?.firstPicture(about.uid);
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
    this.#infos.push(gatewayRecord(gateway, undefined));
    this.lines.lost(gateway);
    for (const gid of gids) this.voice.move(gid);
    this.video?.lost(gateway);
  }

  #announce(gid: number, uid: number): void {
    const { chat } = this.#options;
    const { world } = chat.services;
    const room = world.rooms.get(gid);
    const session = world.online.get(uid);
    if (room === undefined || session === undefined) return;
    chat.act((ctx) => announceMediaServer(ctx, room, session));
  }

  /** Sends the rules to all gateways when they have changed. */
  #tellRules(): void {
    const config = this.#options.config();
    const banned = this.#options.banned();
    const told = this.#told;
    this.#told = { config, banned };
    if (told === undefined) return;
    if (told.config === config && told.banned === banned) return;
    const message = rulesFor(config, banned, this.#options);
    for (const { gateway } of this.places.all()) {
      this.#hub.push(gateway, message);
    }
  }
}
