/**
 * Checks a server's frames against what Gaim's plugin for Paltalk can handle
 * (docs/protocol.md, "Other clients"): where the plugin would crash, hang or
 * show something wrong, the test fails.
 *
 * @module
 */
import type { Frame } from "../protocol/frame.ts";
import {
  CLIENT_TYPES,
  type PacketType,
  SERVER_TYPES,
} from "../protocol/packet_types.ts";
import type { ClientState } from "./state.ts";
import { WouldBreakClient } from "./strictness.ts";

const SEPARATOR = 0xc8;
const NEWLINE = 0x0a;
/** Milliseconds that the plugin needs between SERVER_ERROR and the FIN. */
const FIN_AFTER_MS = 1000;

const TYPES: ReadonlyMap<number, PacketType> = new Map(
  Object.values<PacketType>(SERVER_TYPES).map((entry) => [entry.type, entry]),
);
const types = SERVER_TYPES;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Decodes text like the plugin; undefined when it is not UTF-8. */
function read(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Splits a list into records at the separating byte. */
function records(payload: Uint8Array): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  for (let at = 0; at < payload.length;) {
    const separator = payload.indexOf(SEPARATOR, at);
    const end = separator < 0 ? payload.length : separator;
    if (end > at) found.push(read(payload.subarray(at, end)));
    at = end + 1;
  }
  return found;
}

function textFault(text: string): string | undefined {
  if (text === "") return "crashes from an empty message";
  if (/<p[^>]*$/.test(text)) return "crashes from a tag without an end";
  if (text.startsWith("<<(") && !text.includes(")>>")) {
    return "crashes from a date without an end";
  }
  return undefined;
}

export class GaimStrictness {
  /** Text of SERVER_ERROR, once received. */
  farewell: string | undefined;
  /** Rooms in whose list this client's own record says admin=1. */
  readonly admins = new Set<number>();
  /** Uids that BLOCK_RESULT has put on the block list. */
  readonly blocked = new Set<number>();
  readonly #state: ClientState;
  #farewellAt = 0;
  #greeted = false;

  constructor(state: ClientState) {
    this.#state = state;
  }

  /** Resets the state for a new connection. */
  connected(): void {
    this.#greeted = false;
    this.farewell = undefined;
  }

  /** @throws WouldBreakClient */
  check(frame: Frame): void {
    const fault = this.#order(frame) ?? this.#encoding(frame) ??
      this.#form(frame);
    if (fault !== undefined) throw new WouldBreakClient(frame, fault);
  }

  /**
   * Checks the end of the connection, which the plugin does not notice without
   * SERVER_ERROR: it then loops forever.
   */
  finished(): void {
    if (this.farewell === undefined) {
      throw new Error("a close without SERVER_ERROR: the plugin spins");
    }
    const waited = performance.now() - this.#farewellAt;
    if (waited >= FIN_AFTER_MS) return;
    throw new Error(`FIN ${Math.round(waited)} ms after SERVER_ERROR`);
  }

  #order({ type }: Frame): string | undefined {
    if (this.#greeted) return undefined;
    this.#greeted = type === types.HELLO.type;
    return this.#greeted || type === types.REDIRECT.type
      ? undefined
      : "comes before HELLO";
  }

  #encoding({ type, payload }: Frame): string | undefined {
    const entry = TYPES.get(type);
    if (entry?.text === undefined) return undefined;
    const texts = entry.list
      ? records(payload)
      : [read(payload.subarray(entry.text))];
    return texts.includes(undefined) ? "is no UTF-8" : undefined;
  }

  #form(frame: Frame): string | undefined {
    const { type, payload } = frame;
    const view = new DataView(payload.buffer, payload.byteOffset);
    switch (type) {
      case types.ROOM_JOINED.type:
        return payload.indexOf(NEWLINE, 23) < 0
          ? "crashes without a newline after the name"
          : undefined;
      case types.INVITE_IN.type:
        return payload.at(-1) === NEWLINE
          ? "crashes from a newline at the end"
          : undefined;
      case types.CATEGORY_LIST.type:
        return records(payload).some((one) =>
            !/\nvalue=[^\n]*$/.test(one ?? "")
          )
          ? "takes the rest of a record for the category's name"
          : undefined;
      case types.UIN_RESPONSE.type:
        return /^uid=0\n/.test(read(payload) ?? "")
          ? "takes uid 0 for success"
          : undefined;
      case types.FEEDBACK.type:
        return feedbackFault(view, payload.length);
      case types.MAINTENANCE_KICK.type:
        return "is not understood: the plugin spins after the close";
      case types.SERVER_ERROR.type:
        this.farewell = read(payload);
        this.#farewellAt = performance.now();
        return undefined;
      case types.XFER_OFFER.type:
      case types.CALL_OFFER.type:
      case types.VIDEO_OFFER.type:
        return "is never answered";
      default:
        return this.#texts(frame, view) ?? this.#lists(frame);
    }
  }

  #texts({ type, payload }: Frame, view: DataView): string | undefined {
    switch (type) {
      case types.IM_IN.type: {
        const from = view.getUint32(0);
        const known = this.#state.pals.has(from) || from === this.#state.uid;
        return known
          ? textFault(read(payload.subarray(4))!)
          : "opens a second window for a stranger";
      }
      case types.NEW_STYLE_IM.type: {
        const [, message = ""] = /\nmsg=(.*)$/s.exec(read(payload)!) ?? [];
        return message.includes("\n")
          ? "loses what follows a newline"
          : textFault(message);
      }
      case types.ROOM_MESSAGE_IN.type:
        return textFault(read(payload.subarray(8))!);
      case types.BLOCK_RESULT.type:
        if (view.getUint16(4) === 1) this.blocked.add(view.getUint32(0));
        return undefined;
      default:
        return undefined;
    }
  }

  #lists({ type, payload }: Frame): string | undefined {
    const all = (shape: RegExp) =>
      records(payload).every((one) => shape.test(one ?? ""));
    switch (type) {
      case types.BUDDY_LIST.type:
        return all(/^uid=\d+\nnickname=[^\n]+/)
          ? undefined
          : "reads uid and nickname by their lines";
      case types.ROOM_LIST.type:
        return /^catg=\d+\n$/.test(records(payload)[0] ?? "")
          ? undefined
          : "wants catg= in a record of its own";
      case types.ROOM_USER_LIST.type:
      case types.ROOM_USER_JOINED.type:
        if (!all(/^group_id=\d+\n/)) return "passes over the first line";
        this.#learnOffice(payload);
        return undefined;
      default:
        return undefined;
    }
  }

  #learnOffice(payload: Uint8Array): void {
    for (const record of records(payload)) {
      const line = (key: string) =>
        Number(new RegExp(`^${key}=(\\d+)$`, "m").exec(record ?? "")?.[1] ?? 0);
      if (line("uid") !== this.#state.uid) continue;
      if (line("admin") === 1) this.admins.add(line("group_id"));
    }
  }
}

function feedbackFault(view: DataView, length: number): string | undefined {
  const to = view.getInt16(0);
  if (view.getInt16(2) === 0) {
    return length > 4 ? "shows an empty error box" : undefined;
  }
  return to === CLIENT_TYPES.LOGIN.type || to === CLIENT_TYPES.LYMERICK.type
    ? "is not understood: the plugin waits forever"
    : undefined;
}
