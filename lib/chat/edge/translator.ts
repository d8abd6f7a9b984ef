/**
 * The last step of frames on their way to a client: converts them to the form
 * that its program needs (lib/protocol/dialects/).
 *
 * @module
 */
import type { Session } from "../../domain/session.ts";
import { type Facts, translate } from "../../protocol/dialects/dialect.ts";
import { serverError } from "../../protocol/packets/system.ts";
import type { MediaServer } from "../context.ts";

export class Translator {
  /** SERVER_ERROR was sent, so the client knows that this is the end. */
  toldEnd = false;
  readonly #session: Session;
  readonly #media: Pick<MediaServer, "addressFor">;
  #facts: Facts | undefined;

  constructor(session: Session, media: Pick<MediaServer, "addressFor">) {
    this.#session = session;
    this.#media = media;
  }

  /** Returns frames in the client's own form: unchanged for the 5.0 client. */
  own(frames: Uint8Array): Uint8Array {
    const { dialect } = this.#session;
    if (dialect.outgoing === undefined) return frames;
    this.#facts ??= { serverAddress: this.#media.addressFor(this.#session) };
    const own = translate(dialect, frames, this.#facts);
    const type = ((own[0] ?? 0) << 8) | (own[1] ?? 0);
    if (type === serverError.type) this.toldEnd = true;
    return own;
  }
}
