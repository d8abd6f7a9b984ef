/**
 * The role "gateway": chat, voice and other ports, connected to the core by a
 * link. It has no database.
 *
 * @module
 */
import { Counters } from "../chat/counters.ts";
import { buildConfig, type Config, valueAt } from "../config/config.ts";
import type { LiveConfig } from "../config/live_config.ts";
import type { Value } from "../config/setting.ts";
import { Admission } from "../net/admission.ts";
import { matcherOf } from "../net/networks.ts";
import { logger } from "../ops/log.ts";
import { admissionRules } from "../server/core.ts";
import { addressIn } from "../server/media_server.ts";
import { HostResolver } from "../server/named_hosts.ts";
import { videoLimits } from "../video/limits.ts";
import { startVideo, type VideoServer } from "../video/server.ts";
import { voiceLimits } from "../voice/limits.ts";
import { startVoice, type VoiceServer } from "../voice/server.ts";
import type { Broker } from "./broker.ts";
import {
  type Control,
  control,
  type CorePlace,
  readControl,
} from "./control.ts";
import { GatewayChat } from "./gateway.ts";
import { GatewayLink } from "./gateway_link.ts";
import { infoOf, statsOf } from "./gateway_report.ts";
import { GatewayWeb } from "./gateway_web.ts";
import { VideoMirror } from "./video_mirror.ts";
import { VoiceRooms } from "./voice_room.ts";
import type { Message } from "./wire.ts";

const TICK_MS = 50;
const STATS_MS = 1000;
/** Milliseconds for which clients are kept without a core. */
const PATIENCE_MS = 30_000;
/** Maximum batches of messages that are kept for a core. */
const MOST_WAITING = 20_000;
/** Milliseconds without a core after which a warning is logged. */
const SILENT_MS = 2000;
const STOPPED = "The server is going down. Please come back later.";

export interface GatewayOptions {
  readonly broker: Broker;
  readonly config: LiveConfig;
  /** Number of this gateway in the cluster. */
  readonly gateway: number;
  readonly life: number;
  /** Folder for certificates and keys; without it there is no HTTPS. */
  readonly tlsFolder?: string;
  /** Called when the core has reported the location of its data. */
  readonly onCore?: (core: CorePlace) => void;
}

export class GatewayServer implements AsyncDisposable {
  readonly #options: GatewayOptions;
  readonly #log = logger("cluster");
  readonly #counters = new Counters();
  readonly #hosts: HostResolver;
  readonly #rooms: VoiceRooms;
  #link!: GatewayLink;
  #chat!: GatewayChat;
  #voice!: VoiceServer;
  #video: VideoServer | undefined;
  readonly #cameras = new VideoMirror((change) => this.#video?.changed(change));
  #web: GatewayWeb | undefined;
  /** Core that serves the pages. */
  #core: CorePlace | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];
  #config: Config;
  #shared: Readonly<Record<string, Value>> = {};
  #banned: readonly string[] = [];
  #farewell = STOPPED;
  #isScheduled = false;
  #isSilent = false;
  /** Time at which clients were last disconnected for lack of a core. */
  #gaveUpAt = -Infinity;
  readonly #admission = new Admission(
    () => admissionRules(this.#config),
    (address) => matcherOf(this.#banned)(address),
  );
  readonly #ready = Promise.withResolvers<void>();

  private constructor(options: GatewayOptions) {
    this.#options = options;
    this.#config = options.config.current;
    this.#hosts = new HostResolver(
      () => options.config.current,
      logger("names"),
    );
    this.#rooms = new VoiceRooms(
      (gid, uid) => this.#tell({ kind: "link lost", gid, uid }),
      (gid, uid, talking) => {
        if (talking) this.#tell({ kind: "talks", gid, uid });
      },
    );
    options.config.onChange(() => {
      void this.#hosts.refresh().then(() => this.#hello());
      this.#mix();
    });
  }

  /** Binds the ports and looks for a core. Rejects with CannotListen. */
  static async start(options: GatewayOptions): Promise<GatewayServer> {
    const server = new GatewayServer(options);
    try {
      await server.#start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get chat(): Deno.NetAddr {
    return this.#chat.edge.address;
  }

  get voice(): Deno.NetAddr {
    return this.#voice.addr;
  }

  /** Null without video. */
  get video(): Deno.NetAddr | null {
    return this.#video?.addr ?? null;
  }

  /** Null without pages. */
  get web(): Deno.NetAddr | null {
    return this.#web?.proxy.address ?? null;
  }

  /** Null without HTTPS. */
  get webs(): Deno.NetAddr | null {
    return this.#web?.proxy.tlsAddress ?? null;
  }

  /**
   * Resolves when a core has answered; connections are accepted from then on.
   */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async #start(): Promise<void> {
    const { server, voice } = this.#config;
    await this.#hosts.refresh();
    const services = {
      clock: Date.now,
      steady: () => performance.now(),
      counters: this.#counters,
      log: logger("chat"),
      media: {
        addressFor: (session: { address: string; localAddress: string }) =>
          addressIn(this.#hosts.now, session),
      },
    };
    this.#voice = await startVoice({
      bind: server.bind,
      port: server.voice_port,
      udp: voice.udp,
      log: logger("voice"),
      limits: voiceLimits(() => this.#config),
      roster: this.#rooms,
    });
    const settings = () => this.#config;
    this.#chat = new GatewayChat({
      bind: server.bind,
      port: server.chat_port,
      services: {
        ...services,
        get settings() {
          return settings();
        },
      },
      admission: this.#admission,
      send: (message) => this.#send(message),
    });
    if (this.#config.video.enabled) this.#video = this.#startVideo();
    if (this.#config.web.enabled) {
      this.#web = new GatewayWeb({
        live: this.#options.config,
        config: settings,
        admission: this.#admission,
        chat: () => this.chat,
        core: () => this.#core?.web ?? null,
        tlsFolder: this.#options.tlsFolder,
      });
    }
    const { broker, life } = this.#options;
    this.#link = new GatewayLink({
      broker,
      gateway: this.#options.gateway,
      life,
      take: (message) => this.#take(message),
      reset: () => this.#reset(),
    }, performance.now());
    this.#hello();
    this.#timers.push(
      setInterval(() => this.#tick(), TICK_MS),
      setInterval(() => this.#stats(), STATS_MS),
    );
  }

  #startVideo(): VideoServer {
    const { server } = this.#config;
    return startVideo({
      bind: server.bind,
      port: server.video_port,
      cameras: this.#cameras.cameras,
      log: logger("video"),
      limits: videoLimits(() => this.#config),
      isUncounted: (address) => this.#admission.isUncounted(address),
      onFirstPicture: (camera) => {
        // The core will confirm this; meanwhile the next picture must not
        // report it again.
        camera.live = true;
        this.#tell({ kind: "first picture", uid: camera.uid });
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#web?.[Symbol.asyncDispose]();
    this.#hosts.stop();
    await this.#chat?.stop(STOPPED);
    this.#link?.tick(performance.now());
    this.#link?.stop();
    await this.#voice?.shutdown();
    await this.#video?.shutdown();
  }

  #send(message: Message): void {
    this.#link.send(message);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() =>
      queueMicrotask(() => {
        this.#isScheduled = false;
        this.#link.tick(performance.now());
      })
    );
  }

  #tell(about: Control): void {
    this.#send(control(about));
  }

  #hello(): void {
    const info = infoOf(this.#hosts.now, this);
    this.#tell({ kind: "hello", info });
  }

  #take(message: Message): void {
    if (this.#chat.take(message)) return;
    if (message.what !== "control") return;
    const about = readControl(message.text);
    if (about?.kind === "rules") this.#rules(about);
    else if (about?.kind === "video") this.#cameras.update(about.cameras);
    else if (about?.kind === "voice") {
      this.#rooms.update(about.gid, about.room, this.#voice);
    }
  }

  #rules(
    { settings, banned, core, farewell }: Extract<Control, { kind: "rules" }>,
  ): void {
    this.#core = core;
    this.#options.onCore?.(core);
    this.#shared = settings;
    this.#banned = banned;
    this.#farewell = farewell;
    this.#mix();
    this.#chat.refuse();
    this.#ready.resolve();
  }

  /** Starts accepting connections. */
  accept(): void {
    this.#chat.edge.start();
  }

  /**
   * Combines the core's settings, where they apply at all gateways, with its
   * own.
   */
  #mix(): void {
    const own = this.#options.config.current;
    this.#config = buildConfig((key) => this.#shared[key] ?? valueAt(own, key));
  }

  #reset(): void {
    this.#log.warn("the core does not know this gateway's connections");
    this.#chat.endAll("the core has lost this connection");
    this.#rooms.clear(this.#voice);
    this.#cameras.update([]);
    this.#hello();
  }

  #tick(): void {
    const now = performance.now();
    this.#link.tick(now);
    const silent = now - this.#link.heardAt;
    if (silent > SILENT_MS && !this.#isSilent) {
      this.#isSilent = true;
      this.#log.warn("no core answers; connections are kept for 30 seconds");
    } else if (silent <= SILENT_MS && this.#isSilent) {
      this.#isSilent = false;
      this.#log.info("a core answers again");
    }
    const isLate = silent > PATIENCE_MS && now - this.#gaveUpAt > PATIENCE_MS;
    if (isLate || this.#link.waiting > MOST_WAITING) this.#giveUp();
  }

  /**
   * Disconnects all clients after too long without a core, and starts again.
   */
  #giveUp(): void {
    this.#log.error("no core for too long: connections are closed", {
      connections: this.#chat.connections,
    });
    this.#gaveUpAt = performance.now();
    this.#rooms.clear(this.#voice);
    this.#cameras.update([]);
    void this.#chat.closeAll(this.#farewell, "no core");
    this.#link.restart();
    this.#hello();
  }

  #stats(): void {
    const stats = statsOf({
      chat: this.#chat,
      counters: this.#counters,
      voice: this.#voice,
      video: this.#video,
      cameras: this.#cameras.cameras.all(),
    });
    this.#tell({ kind: "stats", stats });
  }
}
