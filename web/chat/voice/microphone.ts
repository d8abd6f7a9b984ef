/**
 * The user's microphone, opened when the user first talks, with worklet.ts as
 * encoder.
 *
 * @module
 */
import { preferences } from "../preferences.ts";
import type { FromMicrophone } from "./worklet.ts";

/** Thrown when there is no microphone; the message is for the user. */
export class NoMicrophone extends Error {
  override name = "NoMicrophone";
}

export class Microphone {
  /** Called with the level, from 0 to 1. */
  onLevel: (level: number) => void = () => {};
  #stream: MediaStream | undefined;
  #node: AudioWorkletNode | undefined;
  #opening: Promise<void> | undefined;
  readonly #packet: (payload: Uint8Array) => void;

  constructor(packet: (payload: Uint8Array) => void) {
    this.#packet = packet;
  }

  /**
   * Whether this page may use a microphone: browsers require https or
   * localhost.
   */
  static get isPossible(): boolean {
    return globalThis.isSecureContext === true &&
      navigator.mediaDevices !== undefined;
  }

  open(audio: AudioContext): Promise<void> {
    this.#opening ??= this.#open(audio).catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  talk(on: boolean): void {
    this.#node?.port.postMessage(on);
  }

  /**
   * Closes the microphone. Talking opens it again with the current preferences.
   */
  close(): void {
    this.#node?.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#node = this.#stream = this.#opening = undefined;
  }

  async #open(audio: AudioContext): Promise<void> {
    if (!Microphone.isPossible) {
      throw new NoMicrophone("This address allows no microphone.");
    }
    const { microphone, processed } = preferences();
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: {
          channelCount: 1,
          echoCancellation: processed,
          noiseSuppression: processed,
          autoGainControl: processed,
          // Falls back to another microphone when this one is not connected.
          ...(microphone !== "" && { deviceId: { ideal: microphone } }),
        },
      });
    } catch (error) {
      throw new NoMicrophone(sentenceOf(error));
    }
    await audio.audioWorklet.addModule(workletAddress());
    const node = new AudioWorkletNode(audio, "gsm-microphone");
    node.port.onmessage = ({ data }: MessageEvent<FromMicrophone>) => {
      this.onLevel(data.level);
      if (data.payload) this.#packet(data.payload);
    };
    audio.createMediaStreamSource(this.#stream).connect(node);
    this.#node = node;
  }
}

/**
 * Returns the URL of the worklet. The page provides it, because it contains a
 * hash.
 */
function workletAddress(): string {
  return document.documentElement.dataset["worklet"] ?? "";
}

function sentenceOf(error: unknown): string {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "The browser was told not to give this page the microphone.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "There is no such microphone.";
    case "NotReadableError":
      return "Another program uses the microphone.";
    default:
      return `The microphone does not work: ${error}`;
  }
}
