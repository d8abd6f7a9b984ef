/**
 * Watching single sessions: for `log tail`, `capture`, `doctor --wait` and the
 * host's desk. Costs nothing while nobody watches.
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import type { Millis } from "../domain/store.ts";
import { hex } from "../protocol/bytes.ts";
import { decodeFrames, type FrameDecoder } from "../protocol/frame.ts";
import {
  CLIENT_TYPES,
  nameOfClientType,
  nameOfServerType,
  SERVER_TYPES,
} from "../protocol/packet_types.ts";
import type { SignOnStep, TailEvent, TailFilter } from "../ops/live.ts";

/** The connection as far as a tap cares. */
export interface Tapped {
  readonly session: Session;
}

interface Tap {
  readonly filter: TailFilter;
  readonly sink: (event: TailEvent) => void;
}

/**
 * How many bytes at a payload's start may be shown of packets that carry a
 * password or somebody's words; the rest is blanked.
 */
const SHOWN_FROM_CLIENT: ReadonlyMap<number, number> = new Map([
  [CLIENT_TYPES.LOGIN.type, 4],
  [CLIENT_TYPES.PASSWORD_CHANGE.type, 4],
  [CLIENT_TYPES.PASSWORD_HINT.type, 0],
  [CLIENT_TYPES.REGISTER.type, 0],
  [CLIENT_TYPES.IM_OUT.type, 4],
  [CLIENT_TYPES.ROOM_MESSAGE_OUT.type, 4],
  [CLIENT_TYPES.AWAY_MODE.type, 0],
  [CLIENT_TYPES.ROOM_JOIN.type, 10],
  [CLIENT_TYPES.ROOM_JOIN_BY_NAME.type, 0],
  [CLIENT_TYPES.ROOM_JOIN_AS_ADMIN.type, 4],
  [CLIENT_TYPES.ROOM_CREATE.type, 11],
  [CLIENT_TYPES.USER_PROFILE_UPDATE.type, 0],
  [CLIENT_TYPES.ALERT_ADMIN.type, 8],
]);
const SHOWN_FROM_SERVER: ReadonlyMap<number, number> = new Map([
  [SERVER_TYPES.IM_IN.type, 4],
  [SERVER_TYPES.NEW_STYLE_IM.type, 0],
  [SERVER_TYPES.ROOM_MESSAGE_IN.type, 8],
]);

/** Letters for x, so that lengths stay and words go. */
function redacted(
  payload: Uint8Array,
  shown: number | undefined,
): Uint8Array {
  if (shown === undefined) return payload;
  const copy = payload.slice();
  copy.fill(0x78, Math.min(shown, copy.length));
  return copy;
}

export class Taps {
  readonly #clock: () => Millis;
  readonly #taps = new Set<Tap>();
  readonly #watchers = new Set<(step: SignOnStep) => void>();

  constructor(clock: () => Millis) {
    this.#clock = clock;
  }

  /** Calls `sink` for what fits, until the returned function is called. */
  tail(filter: TailFilter, sink: (event: TailEvent) => void): () => void {
    const tap = { filter, sink };
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  watchSignOns(sink: (step: SignOnStep) => void): () => void {
    this.#watchers.add(sink);
    return () => this.#watchers.delete(sink);
  }

  frameIn({ session }: Tapped, frame: FrameDecoder): void {
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
      SHOWN_FROM_CLIENT.get(type),
    );
  }

  /** `bytes` may hold several frames. */
  frameOut({ session }: Tapped, bytes: Uint8Array): void {
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
        SHOWN_FROM_SERVER.get(type),
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
    shown?: number,
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
            filter.redact === false ? bytes : redacted(bytes, shown),
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
  if (filter.gid === undefined) return true;
  for (const room of session.rooms) {
    if (room.gid === filter.gid) return true;
  }
  return false;
}
