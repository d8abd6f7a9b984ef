/**
 * The page's voice: plays one room at a time, and sends the microphone on push
 * to talk.
 *
 * @module
 */
import { Talker } from "../../../lib/client/voice_channel.ts";
import { VoiceLink } from "../../../lib/client/voice_link.ts";
import { WebSocketStream } from "../../../lib/client/websocket.ts";
import type { Model } from "../model.ts";
import type { MediaSession } from "../media_session.ts";
import { socketBase } from "../web_ticket.ts";
import { prefer, preferences } from "../preferences.ts";
import { Microphone } from "./microphone.ts";
import { Player } from "./player.ts";

/** Milliseconds of silence after which a speaker counts as paused. */
const PAUSE_MS = 700;
const HEADER_BYTES = 12;
const TRAILER_BYTES = 4;
const FOREVER_MS = 0x7fffffff;

export class Voice {
  readonly microphone = new Microphone((payload) => this.#say(payload));
  talking = false;
  gid = 0;
  readonly #model: Model;
  readonly #session: MediaSession;
  #audio: AudioContext | undefined;
  #player: Player | undefined;
  #link: VoiceLink | undefined;
  #talker: Talker | undefined;
  /** Timers, by speaker, that mark them as paused. */
  readonly #pauses = new Map<number, ReturnType<typeof setTimeout>>();
  #entering: Promise<void> = Promise.resolve();

  constructor(model: Model, session: MediaSession) {
    this.#model = model;
    this.#session = session;
  }

  /** The current room's player, for tests; undefined before it is needed. */
  get player(): Player | undefined {
    return this.#player;
  }

  get audio(): AudioContext | undefined {
    return this.#audio;
  }

  /** Prepares the audio output; call it on a key press or click. */
  wake(): void {
    if (this.#audio === undefined) {
      this.#audio = new AudioContext();
      this.#audio.onstatechange = () => this.#model.changed();
    }
    this.unlock();
  }

  /** Resumes suspended audio; call it on a key press or click. */
  unlock(): void {
    if (this.#audio?.state === "suspended") void this.#audio.resume();
  }

  /** Whether the browser suspends audio until a key press or click. */
  get isSilenced(): boolean {
    return this.#audio?.state === "suspended";
  }

  /** Opens the link of a room after closing the previous one. */
  enter(gid: number): Promise<void> {
    this.#entering = this.#entering.then(() => this.#open(gid)).catch(
      (error) => {
        this.#model.notice(`No voice in this room: ${error.message}`);
      },
    );
    return this.#entering;
  }

  async #open(gid: number): Promise<void> {
    this.#closeLink();
    if (!this.#model.rooms.has(gid)) return;
    this.wake();
    const ticket = await this.#session.ticket("voice");
    const stream = await WebSocketStream.open(
      `${socketBase()}/ws/voice`,
      ticket,
    );
    const { uid } = this.#model.me;
    this.gid = gid;
    this.#link = await VoiceLink.open(stream, { gid, uid });
    this.#talker ??= new Talker(uid);
    if (this.#talker.uid !== uid) this.#talker = new Talker(uid);
    this.#player?.forget();
    this.#player = new Player(this.#audio!);
    this.#player.volume = this.volumeOf(gid);
    void this.#listen(this.#link);
    this.#model.changed();
  }

  leave(gid: number): void {
    if (gid === this.gid) this.close();
  }

  close(): void {
    this.stop();
    this.#closeLink();
    this.gid = 0;
  }

  volumeOf(gid: number): number {
    return preferences().volumes[gid] ?? 1;
  }

  setVolume(gid: number, volume: number): void {
    prefer({ volumes: { ...preferences().volumes, [gid]: volume } });
    if (gid === this.gid && this.#player) this.#player.volume = volume;
    this.#model.changed();
  }

  /**
   * Starts talking. Rejects with a sentence for the user when there is no
   * sound.
   */
  async start(): Promise<void> {
    if (this.talking || this.#link === undefined) return;
    this.talking = true;
    this.#model.changed();
    this.wake();
    try {
      await this.microphone.open(this.#audio!);
      this.microphone.talk(this.talking);
    } catch (error) {
      this.talking = false;
      this.#model.changed();
      throw error;
    }
  }

  /** Stops talking. */
  stop(): void {
    if (!this.talking) return;
    this.talking = false;
    this.microphone.talk(false);
    this.#model.changed();
  }

  #say(payload: Uint8Array): void {
    const link = this.#link;
    if (!this.talking || link === undefined || !link.isOpen) return;
    link.talk(this.#talker!.frame({ payload })).catch(() => {});
  }

  async #listen(link: VoiceLink): Promise<void> {
    try {
      for (;;) {
        const { frame, speaker } = await link.heard.next(
          () => true,
          "a frame",
          FOREVER_MS,
        );
        this.#player?.play(
          speaker,
          frame.subarray(HEADER_BYTES, frame.length - TRAILER_BYTES),
        );
        this.#heard(speaker);
      }
    } catch {
      // The server announces the room again if the link should not have ended.
    }
  }

  #heard(speaker: number): void {
    const { gid } = this;
    const timer = this.#pauses.get(speaker);
    clearTimeout(timer);
    if (timer === undefined) this.#model.speaks(gid, speaker, true);
    const pause = setTimeout(() => {
      this.#pauses.delete(speaker);
      this.#model.speaks(gid, speaker, false);
    }, PAUSE_MS);
    this.#pauses.set(speaker, pause);
  }

  #closeLink(): void {
    const link = this.#link;
    this.#link = undefined;
    for (const pause of this.#pauses.values()) clearTimeout(pause);
    this.#pauses.clear();
    this.#model.speaking.delete(this.gid);
    void link?.close();
  }
}
