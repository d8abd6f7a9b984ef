/**
 * The chat server and the services that its handlers use.
 *
 * @module
 */
import type { MediaServer, RunCommand } from "../chat/context.ts";
import { AnswerCache } from "../chat/answer_cache.ts";
import { FanoutBudget } from "../chat/fanout_budget.ts";
import { Counters } from "../chat/counters.ts";
import { endMutes } from "../chat/mutes.ts";
import { ChatServer } from "../chat/server.ts";
import { SignOnGuard } from "../actions/sign_on_guard.ts";
import type { Config } from "../config/config.ts";
import { type Handover, handoverOf } from "../domain/handover.ts";
import { logger } from "../ops/log.ts";
import { FileDrops } from "../files/drop.ts";
import { FileRelays } from "../files/relay.ts";
import { OutsideLines } from "../net/outside_lines.ts";
import type { VoiceServer } from "../voice/server.ts";
import type { Core } from "./core.ts";
import { mediaServer } from "./media_server.ts";

/** Milliseconds between two checks for expired mutes. */
const MUTES_MS = 1000;
const FAREWELL = "The server is going down. Please come back later.";
const noCommands: RunCommand = () =>
  Promise.resolve(["There are no commands here."]);

export class ChatPart implements AsyncDisposable {
  readonly server: ChatServer;
  readonly #unsubscribe: () => void;
  readonly #files: FileRelays;
  readonly drops: FileDrops;
  /** The addresses of voice and video; a cluster replaces it. */
  media: MediaServer;
  /** Port of the pages, once they have started. */
  webPort: number | null = null;
  readonly #mutes: ReturnType<typeof setInterval>;
  #handOver: ((handover: Handover) => void) | undefined;

  /** Binds the port; connections are accepted only after {@linkcode accept}. */
  constructor(core: Core, voice: VoiceServer) {
    const { config, hosts, world, store, passwords, clock, steady, random } =
      core;
    const { addressBans, admission } = core;
    const { server: { bind, chat_port: port } } = config.current;
    this.drops = new FileDrops(
      () => config.current,
      logger("files"),
      core.dropFolder,
      clock,
    );
    this.#files = new FileRelays(() => config.current, logger("files"));
    this.media = mediaServer({
      voice: () => voice.port,
      video: () => this.server.video?.port ?? null,
    }, () => hosts.now);
    this.server = new ChatServer({
      bind,
      port,
      admission,
      services: {
        world,
        store,
        passwords,
        addressBans,
        log: logger("chat"),
        counters: new Counters(),
        outsideLines: new OutsideLines(logger("server"), steady),
        answers: new AnswerCache(),
        fanoutBudget: new FanoutBudget(
          () => config.current.limits.fanout_bytes_per_second,
        ),
        guard: new SignOnGuard(config.current),
        media: {
          addressFor: (session) => this.media.addressFor(session),
          peerAddress: (subject, viewer) =>
            this.media.peerAddress(subject, viewer),
          voiceFor: (gid, session) => this.media.voiceFor(gid, session),
          videoFor: (gid, session) => this.media.videoFor(gid, session),
        },
        videoPort: () => this.server.video?.port ?? null,
        get settings() {
          return config.current;
        },
        fileRelay: this.#files,
        fileDrop: this.drops,
        webPort: () => this.webPort,
        redirect: () => hosts.now.redirect,
        clock,
        steady,
        random,
        runCommand: noCommands,
      },
    });
    this.server.voice = voice;
    this.#mutes = setInterval(() => {
      if (world.muted.size > 0) this.server.act(endMutes);
    }, MUTES_MS);
    this.#unsubscribe = config.onChange((now) => this.#changed(now));
  }

  accept(): void {
    this.server.start();
  }

  /**
   * Begins a planned restart. Resolves when everything that clients have sent
   * is handled. At the end clients are disconnected without a message, so that
   * they reconnect, and `write` receives the state for the next server.
   */
  async handOver(write: (handover: Handover) => void): Promise<void> {
    this.#handOver = write;
    await this.server.handOver();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#mutes);
    this.server.services.guard.close();
    const { world, clock } = this.server.services;
    await this.#files[Symbol.asyncDispose]();
    await this.drops[Symbol.asyncDispose]();
    if (this.#handOver === undefined) return await this.server.stop(FAREWELL);
    this.server.cutOff();
    // Last, because nothing that it contains changes any more.
    this.#handOver(handoverOf(world, clock()));
  }

  #changed(now: Config): void {
    this.server.services.guard.refresh(now);
    this.server.expelNotAllowed();
  }
}
