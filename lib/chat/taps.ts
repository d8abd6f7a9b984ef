/**
 * Watches single sessions, for `log tail`, `capture`, `doctor --wait` and the
 * desk. Costs nothing while nobody watches.
 *
 * @module
 */
import type { ReceivedFrame } from "./edge/line.ts";
import type { Session } from "../domain/session.ts";
import type { Millis } from "../domain/store.ts";
import { hex } from "../protocol/bytes.ts";
import { decodeFrames } from "../protocol/frame.ts";
import {
  nameOfClientType,
  nameOfServerType,
  type Secret,
} from "../protocol/packet_types.ts";
import { blanked, secretIn } from "../protocol/secrets.ts";
import type { SignOnStep, TailEvent, TailFilter } from "../ops/live.ts";

interface Tap {
  readonly filter: TailFilter;
  readonly sink: (event: TailEvent) => void;
}

export class Taps {
  readonly #clock: () => Millis;
  readonly #taps = new Set<Tap>();
  readonly #watchers = new Set<(step: SignOnStep) => void>();

  constructor(clock: () => Millis) {
    this.#clock = clock;
  }

  /** Calls `sink` for every matching event. Returns an unsubscribe function. */
  tail(filter: TailFilter, sink: (event: TailEvent) => void): () => void {
    const tap = { filter, sink };
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  watchSignOns(sink: (step: SignOnStep) => void): () => void {
    this.#watchers.add(sink);
    return () => this.#watchers.delete(sink);
  }

  frameIn(session: Session, frame: ReceivedFrame): void {
    if (this.#taps.size === 0) return;
    const { type, version } = frame;
    const payload = frame.payload();
    this.#emit(
      session,
      "frame",
      {
        direction: "C>S",
        type,
        version,
        name: nameOfClientType(type),
        length: payload.length,
      },
      () => payload,
      secretIn("client", type, payload.length),
    );
  }

  /** `bytes` may hold several frames. */
  frameOut(session: Session, bytes: Uint8Array): void {
    if (this.#taps.size === 0) return;
    for (const { type, version, payload } of decodeFrames(bytes).frames) {
      this.#emit(
        session,
        "frame",
        {
          direction: "S>C",
          type,
          version,
          name: nameOfServerType(type),
          length: payload.length,
        },
        () => payload,
        secretIn("server", type, payload.length),
      );
    }
  }

  signOnStep(
    session: Session,
    step: SignOnStep["step"],
    detail?: string,
  ): void {
    if (step === "connected" || step === "closed") {
      const kind = step === "connected" ? "connect" : "close";
      this.#emit(session, kind, { message: detail ?? step });
    }
    for (const watch of this.#watchers) {
      watch({
        at: this.#clock(),
        session: session.id,
        address: session.address,
        localAddress: session.localAddress,
        nickname: session.nickname || (step === "uin-asked" && detail) || null,
        step,
        ...(detail !== undefined && { detail }),
      });
    }
  }

  #emit(
    session: Session,
    kind: TailEvent["kind"],
    fields: Partial<TailEvent>,
    payload?: () => Uint8Array,
    secret?: Secret,
  ): void {
    for (const { filter, sink } of this.#taps) {
      if (!fits(session, filter)) continue;
      const bytes = filter.payloads ? payload?.() : undefined;
      sink({
        at: this.#clock(),
        kind,
        session: session.id,
        uid: session.uid || null,
        nickname: session.nickname || null,
        address: session.address,
        ...fields,
        ...(bytes !== undefined && {
          payload: hex(
            filter.redact === false ? bytes : blanked(bytes, secret),
          ),
        }),
      });
    }
  }
}

function fits(session: Session, filter: TailFilter): boolean {
  if (filter.uid !== undefined && session.uid !== filter.uid) return false;
  if (filter.address !== undefined && session.address !== filter.address) {
    return false;
  }
  return filter.gid === undefined || session.rooms.has(filter.gid);
}
