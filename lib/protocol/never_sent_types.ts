/**
 * The packet types that the client reads and a server must never send: they
 * break it, or make it do what no host should ask for. They have no encoder.
 *
 * @module
 */
import type { PacketType } from "./packet_type.ts";

export const NEVER_SENT_TYPES = {
  NEW_UID: { type: 0x006e, section: "What breaks the client", never: true },
  UPGRADE: { type: 0x0078, section: "System", never: true },
  FUTURE_USER_WINDOW: { type: 0x00c9, section: "System", never: true },
  GROUP_LIST: { type: 0x014a, section: "Categories and lists", never: true },
  MEMBER_IGNORED: { type: 0x018c, section: "Microphone", never: true },
  PARENTAL_RESET: {
    type: 0x019f,
    section: "What breaks the client",
    never: true,
  },
  NUMBERED_TEXT: {
    type: 0x01a4,
    section: "What breaks the client",
    never: true,
  },
  CALL_ENDED_OLD: { type: 0x01c3, section: "Calls", never: true },
  ROOM_URL: { type: 0x0320, section: "System", never: true },
  USER_URL: { type: 0x032a, section: "System", never: true },
  MODULE_CHECK: {
    type: 0x0834,
    section: "What breaks the client",
    never: true,
  },
  REGISTRY_READ: {
    type: 0x0837,
    section: "What breaks the client",
    never: true,
  },
  REGISTRY_WRITE: {
    type: 0x0838,
    section: "What breaks the client",
    never: true,
  },
  REGISTRY_DELETE: {
    type: 0x0839,
    section: "What breaks the client",
    never: true,
  },
  EXE_CHECKSUM: {
    type: 0x084a,
    section: "What breaks the client",
    never: true,
  },
  EMAIL_CODE_ASK: {
    type: 0x0898,
    section: "What breaks the client",
    never: true,
  },
  POPUP_URL: { type: 0x09c4, section: "System", never: true },
} as const satisfies Record<string, PacketType & { never: true }>;
