/**
 * The gateway that hears, in order, what a core has accepted. It is no part of
 * the system: nothing that is sent to it is lost.
 *
 * @module
 */
import type { GatewayLife } from "../../../lib/cluster/hub.ts";
import type { Message } from "../../../lib/cluster/wire.ts";
import { keyOf, type SessionKey } from "./rooms.ts";

export const AUDITOR = 0xffff;

export type Accepted =
  | {
    readonly what: "open";
    readonly key: SessionKey;
    /** Tells people apart. */
    readonly port: number;
  }
  | { readonly what: "gone"; readonly key: SessionKey }
  | {
    readonly what: "request";
    readonly key: SessionKey;
    readonly request: string;
  }
  | { readonly what: "lost"; readonly gateway: GatewayLife };

type Packet = Extract<Message, { what: "packet" }>;

/**
 * What the auditor is told of a message, or without one of the loss of a
 * gateway; undefined when it is told nothing.
 */
export function acceptedBy(
  from: GatewayLife,
  message?: Message,
  requestOf: (packet: Packet) => string = ({ payload }) =>
    new TextDecoder().decode(payload),
): [gateway: number, message: Message] | undefined {
  if (message === undefined) return told({ what: "lost", gateway: from });
  if (from.gateway === AUDITOR || !("line" in message)) return undefined;
  const key = keyOf(from, message.line);
  switch (message.what) {
    case "open":
      return told({ what: "open", key, port: message.remote.port });
    case "packet":
      return told({ what: "request", key, request: requestOf(message) });
    case "gone":
      return told({ what: "gone", key });
  }
  return undefined;
}

function told(what: Accepted): [number, Message] {
  const record = new TextEncoder().encode(JSON.stringify(what));
  return [AUDITOR, { what: "keep", line: 0, record }];
}
