/**
 * Every packet type once: its number, its section in docs/protocol.md, whether
 * the real 5.0 client was seen to use it, where its text begins and what must
 * not be shown of it. docs/compatibility.md is made from this table.
 *
 * @module
 */

/**
 * Everything from byte `from` on is a secret: a password (or lockword, code,
 * hint), somebody's words, or personal data such as hidden profile fields,
 * search terms, pal lists and addresses.
 */
export interface Secret {
  readonly from: number;
  readonly kind: "password" | "words" | "personal";
}

export interface PacketType {
  readonly type: number;
  /** A heading of docs/protocol.md. */
  readonly section: string;
  /** Seen on the wire of the real client (tests/captures). */
  readonly seen?: true;
  /** Known, and of no consequence: counted and ignored. */
  readonly ignored?: true;
  /** An answer that nobody needs: it could be sent, and is not. */
  readonly unsent?: true;
  /** A server must not send this; no encoder exists. */
  readonly never?: true;
  /** Offset of the Windows-1252 text (or records) that ends the payload. */
  readonly text?: number;
  /** The text is a list of records: the byte C8 separates, it is no letter. */
  readonly list?: true;
  /**
   * What logs, captures and the desk blank (lib/protocol/secrets.ts). Packets
   * with text say so either way: `null` when everything may be shown.
   */
  readonly secret?: Secret | null;
}

/** From the client to the server. */
export const CLIENT_TYPES = {
  IM_OUT: {
    type: -20,
    section: "Messages",
    seen: true,
    text: 4,
    secret: { from: 4, kind: "words" },
  },
  GET_PALPROFILE_MESSAGES: { type: -25, section: "Messages", seen: true },
  PALPROFILE_MESSAGE: {
    type: -26,
    section: "Messages",
    seen: true,
    text: 16,
    secret: { from: 16, kind: "words" },
  },
  USER_PROFILE_UPDATE: {
    type: -65,
    section: "Search and profile",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  REMOVE_PAL: { type: -66, section: "Pals and presence", seen: true },
  ADD_PAL: { type: -67, section: "Pals and presence", seen: true },
  REQUEST_USER: { type: -68, section: "Messages", seen: true },
  USER_SEARCH: {
    type: -69,
    section: "Search and profile",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  PASSWORD_HINT: {
    type: -71,
    section: "Registration and passwords",
    seen: true,
    text: 2,
    secret: { from: 0, kind: "password" },
  },
  LATER_101: { type: -101, section: "Other clients", ignored: true },
  CLIENT_HELLO: { type: -100, section: "Sign-on", seen: true },
  PING: { type: -162, section: "Other clients" },
  KEEPALIVE: { type: -160, section: "Framing", seen: true },
  CUSTOMIZE_PAL: {
    type: -167,
    section: "Pals and presence",
    seen: true,
    text: 4,
    secret: { from: 4, kind: "personal" },
  },
  EMAIL_INVITE: {
    type: -200,
    section: "System",
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  ROOM_CREATE: {
    type: -300,
    section: "Rooms",
    seen: true,
    text: 11,
    secret: { from: 11, kind: "password" },
  },
  PRIVATE_INVITE: { type: -302, section: "Invitations" },
  ALERT_ADMIN: {
    type: -305,
    section: "Moderation",
    text: 8,
    secret: { from: 8, kind: "words" },
  },
  ROOM_JOIN: {
    type: -310,
    section: "Rooms",
    seen: true,
    text: 10,
    secret: { from: 10, kind: "password" },
  },
  ROOM_JOIN_BY_NAME: {
    type: -311,
    section: "Rooms",
    text: 0,
    secret: { from: 0, kind: "password" },
  },
  ROOM_JOIN_AS_ADMIN: {
    type: -316,
    section: "Rooms",
    seen: true,
    secret: { from: 4, kind: "password" },
  },
  LATER_317: { type: -317, section: "Other clients", ignored: true },
  ROOM_LEAVE: { type: -320, section: "Rooms", seen: true },
  REFRESH_CATEGORIES: {
    type: -330,
    section: "Categories and lists",
    seen: true,
  },
  LATER_336: { type: -336, section: "Other clients", ignored: true },
  LATER_337: { type: -337, section: "Other clients", ignored: true },
  GROUP_MEMBERS: { type: -340, section: "Rooms", ignored: true },
  ROOM_MESSAGE_OUT: {
    type: -350,
    section: "Messages",
    seen: true,
    text: 4,
    secret: { from: 4, kind: "words" },
  },
  ROOM_BANNER_MESSAGE: {
    type: -351,
    section: "Rooms",
    seen: true,
    text: 4,
    secret: null,
  },
  TOGGLE_ALL_MICS: { type: -355, section: "Microphone", seen: true },
  INVITE_OUT: { type: -360, section: "Invitations", seen: true },
  MAKE_ADMIN: { type: -370, section: "Moderation" },
  ROOM_BOUNCE: { type: -380, section: "Moderation", seen: true },
  RED_DOT: { type: -381, section: "Microphone", seen: true },
  REMOVE_ALL_HANDS: { type: -382, section: "Microphone", seen: true },
  MEDIA_SERVER_ACK: { type: -383, section: "Voice", ignored: true },
  BOUNCE_REASON: {
    type: -390,
    section: "Moderation",
    seen: true,
    text: 8,
    secret: { from: 8, kind: "words" },
  },
  IGNORE_MEMBER: { type: -396, section: "Microphone", seen: true },
  UNRED_DOT: { type: -397, section: "Microphone", seen: true },
  REQ_MIC: { type: -398, section: "Microphone", seen: true },
  UNREQ_MIC: { type: -399, section: "Microphone", seen: true },
  SET_PRIVACY: { type: -410, section: "Search and profile", seen: true },
  XFER_REFUSE: { type: -443, section: "File transfer", seen: true },
  XFER_ACCEPT: { type: -444, section: "File transfer", seen: true },
  XFER_REQUEST: { type: -445, section: "File transfer", seen: true },
  CALL_HANGUP: { type: -448, section: "Calls", seen: true },
  CALL_ACCEPT: { type: -449, section: "Calls", seen: true },
  CALL_REQUEST: { type: -450, section: "Calls", seen: true },
  CALL_REFUSE: { type: -452, section: "Calls", seen: true },
  BLOCK_BUDDY: { type: -500, section: "Pals and presence", seen: true },
  GET_BLOCKED: { type: -510, section: "Pals and presence", seen: true },
  UNBLOCK: { type: -520, section: "Pals and presence", seen: true },
  AWAY_MODE: {
    type: -600,
    section: "Pals and presence",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "words" },
  },
  ONLINE_MODE: { type: -610, section: "Pals and presence", seen: true },
  CHANGE_STATUS: { type: -620, section: "Pals and presence" },
  RANDOM_USER_CHAT: { type: -680, section: "Search and profile" },
  VIDEO_REQUEST: { type: -700, section: "Calls", seen: true },
  VIDEO_REFUSE: { type: -701, section: "Calls", seen: true },
  VIDEO_ACCEPT: { type: -710, section: "Calls", seen: true },
  VIDEO_HANGUP: { type: -720, section: "Calls", seen: true },
  GET_ADMIN_INFO: { type: -900, section: "Moderation", seen: true },
  UNBOUNCE: { type: -911, section: "Moderation", seen: true },
  BAN: { type: -920, section: "Moderation" },
  UNBAN: { type: -921, section: "Moderation", seen: true },
  BAN_BY_NICKNAME: {
    type: -922,
    section: "Moderation",
    seen: true,
    text: 4,
    secret: null,
  },
  RED_DOT_AFFECTS_TEXT: { type: -930, section: "Moderation", seen: true },
  RED_DOT_AFFECTS_VIDEO: { type: -931, section: "Moderation", seen: true },
  NEW_USERS_MIC: { type: -932, section: "Moderation", seen: true },
  ROOM_CLOSE: { type: -940, section: "Moderation", seen: true },
  BYE: { type: -1100, section: "Sign-on", seen: true },
  LYMERICK: {
    type: -1130,
    section: "Sign-on",
    seen: true,
    secret: { from: 10, kind: "personal" },
  },
  GET_UIN: {
    type: -1131,
    section: "Sign-on",
    seen: true,
    text: 4,
    secret: null,
  },
  LOGIN: {
    type: -1148,
    section: "Sign-on",
    seen: true,
    secret: { from: 4, kind: "password" },
  },
  PASSWORD_CHANGE_ASK: {
    type: -1150,
    section: "Registration and passwords",
    seen: true,
  },
  PASSWORD_CHANGE: {
    type: -1160,
    section: "Registration and passwords",
    seen: true,
    secret: { from: 4, kind: "password" },
  },
  PASSWORD_HINT_OLD: {
    type: -1162,
    section: "Registration and passwords",
    ignored: true,
    text: 0,
    secret: { from: 0, kind: "password" },
  },
  SUPPLEMENTAL_DATA: {
    type: -1163,
    section: "Registration and passwords",
    ignored: true,
    text: 0,
    secret: { from: 0, kind: "password" },
  },
  REGISTER: {
    type: -1170,
    section: "Registration and passwords",
    text: 0,
    secret: { from: 0, kind: "password" },
  },
  REGISTER_EMAILS: {
    type: -1180,
    section: "Registration and passwords",
    ignored: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  LATER_1225: { type: -1225, section: "Other clients", ignored: true },
  UNNAMED_1250: { type: -1250, section: "System", ignored: true },
  LATER_1280: { type: -1280, section: "Other clients", ignored: true },
  UNNAMED_1410: { type: -1410, section: "System", ignored: true },
  LATER_1500: { type: -1500, section: "Other clients" },
  MACHINE_INFO: {
    type: -2100,
    section: "Sign-on",
    seen: true,
    ignored: true,
    secret: { from: 0, kind: "personal" },
  },
  VERSIONS: { type: -2102, section: "Sign-on", seen: true, ignored: true },
  REGISTRY_ANSWER: {
    type: -2103,
    section: "System",
    ignored: true,
    secret: { from: 0, kind: "personal" },
  },
  CHECKSUMS: { type: -2121, section: "Sign-on", seen: true, ignored: true },
  MODULE_ANSWER: { type: -2122, section: "System", ignored: true },
  LATER_2123: { type: -2123, section: "Other clients", ignored: true },
  LATER_2127: { type: -2127, section: "Other clients", ignored: true },
  LATER_2128: { type: -2128, section: "Other clients", ignored: true },
  LATER_2510: { type: -2510, section: "Other clients", ignored: true },
  LATER_2600: { type: -2600, section: "Other clients" },
  LATER_2800: { type: -2800, section: "Other clients" },
  INCOMPATIBLE_PROGRAM: { type: -2125, section: "System", ignored: true },
  EMAIL_CODE: {
    type: -2200,
    section: "System",
    ignored: true,
    secret: { from: 0, kind: "password" },
  },
  SESSION_STATS: { type: -3000, section: "Sign-on", seen: true, ignored: true },
  FILE_XFER_SEND_INIT: {
    type: -5001,
    section: "Other clients",
    text: 4,
    secret: { from: 4, kind: "words" },
  },
  FILE_XFER_REJECT: { type: -5002, section: "Other clients", ignored: true },
  ROOM_START_PUBLISH_VIDEO: { type: -6010, section: "Room video", seen: true },
  ROOM_STOP_PUBLISH_VIDEO: { type: -6012, section: "Room video", seen: true },
  VIEW_VIDEO: { type: -6020, section: "Room video", seen: true },
  STOP_VIEW_VIDEO: { type: -6030, section: "Room video", seen: true },
  VIDEO_KEEPALIVE: { type: -6150, section: "Room video" },
  /** Old servers and some clients use 0384 upward too: read as -900. */
  ROOM_ADMIN_INFO_OLD: { type: 0x0384, section: "Moderation" },
} as const satisfies Record<string, PacketType>;

/** From the server to the client. */
export const SERVER_TYPES = {
  HELLO: { type: -117, section: "Sign-on", seen: true },
  REDIRECT: { type: -119, section: "Sign-on", seen: true },
  LOGIN_NOT_COMPLETE: { type: -160, section: "Sign-on", seen: true },
  SERVER_KEY: { type: 0x0474, section: "Sign-on", seen: true },
  /** The seed's answer to LOGIN; the 5.0 client drains it. */
  LOGIN_REPLY: { type: -1148, section: "Sign-on" },
  FEEDBACK: {
    type: 0x0064,
    section: "Feedback",
    seen: true,
    text: 4,
    secret: null,
  },
  UIN_RESPONSE: {
    type: 0x046b,
    section: "Sign-on",
    seen: true,
    text: 0,
    secret: null,
  },
  USER_DATA: {
    type: 0x019a,
    section: "User data",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  LOGIN_UNKNOWN: { type: 0x04a6, section: "Sign-on", seen: true },
  BUDDY_LIST: {
    type: 0x0043,
    section: "Pals and presence",
    seen: true,
    text: 0,
    list: true,
    secret: { from: 0, kind: "personal" },
  },
  USER_INFO: {
    type: 0x0044,
    section: "Messages",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  SEARCH_RESPONSE: {
    type: 0x0045,
    section: "Search and profile",
    seen: true,
    text: 0,
    list: true,
    secret: { from: 0, kind: "personal" },
  },
  SEARCH_ERROR: { type: -69, section: "Search and profile", seen: true },
  IM_IN: {
    type: 0x0014,
    section: "Messages",
    seen: true,
    text: 4,
    secret: { from: 4, kind: "words" },
  },
  PALPROFILE_IN: {
    type: 0x001a,
    section: "Messages",
    seen: true,
    text: 16,
    secret: { from: 16, kind: "words" },
  },
  ANNOUNCEMENT: {
    type: -39,
    section: "System",
    seen: true,
    text: 0,
    secret: null,
  },
  MAINTENANCE_KICK: {
    type: 0x002a,
    section: "System",
    seen: true,
    text: 0,
    secret: null,
  },
  NEW_UID: { type: 0x006e, section: "What breaks the client", never: true },
  UPGRADE: { type: 0x0078, section: "System", never: true },
  FUTURE_USER_STATUS: {
    type: 0x00c8,
    section: "System",
    unsent: true,
    text: 0,
    list: true,
    secret: { from: 0, kind: "personal" },
  },
  FUTURE_USER_WINDOW: { type: 0x00c9, section: "System", never: true },
  ROOM_JOINED: {
    type: 0x0136,
    section: "Rooms",
    seen: true,
    text: 23,
    secret: null,
  },
  ROOM_USER_JOINED: {
    type: 0x0137,
    section: "Rooms",
    seen: true,
    text: 0,
    list: true,
    secret: null,
  },
  ROOM_VIDEO: { type: 0x0138, section: "Room video", seen: true },
  ROOM_MEDIA_SERVER: { type: 0x013b, section: "Voice", seen: true },
  ROOM_USER_LEFT: { type: 0x0140, section: "Rooms", seen: true },
  GROUP_LIST: { type: 0x014a, section: "Categories and lists", never: true },
  CATEGORY_COUNT: {
    type: 0x014b,
    section: "Categories and lists",
    seen: true,
    text: 0,
    list: true,
    secret: null,
  },
  ROOM_LIST: {
    type: 0x014c,
    section: "Categories and lists",
    seen: true,
    text: 0,
    list: true,
    secret: null,
  },
  AFFILIATE_LIST: {
    type: 0x014d,
    section: "Categories and lists",
    text: 0,
    list: true,
    secret: null,
  },
  AFFILIATE_ROOMS: {
    type: 0x014e,
    section: "Categories and lists",
    text: 0,
    list: true,
    secret: null,
  },
  ROOM_USER_LIST: {
    type: 0x0154,
    section: "Rooms",
    seen: true,
    text: 0,
    list: true,
    secret: null,
  },
  ROOM_MESSAGE_IN: {
    type: 0x015e,
    section: "Messages",
    seen: true,
    text: 8,
    secret: { from: 8, kind: "words" },
  },
  ROOM_BANNER: {
    type: 0x015f,
    section: "Rooms",
    seen: true,
    text: 8,
    secret: null,
  },
  MICS_TOGGLED: { type: 0x0163, section: "Microphone", seen: true },
  INVITE_IN: {
    type: 0x0168,
    section: "Invitations",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  MADE_ADMIN: { type: 0x0172, section: "Moderation", seen: true },
  MEMBER_ADMIN: { type: 0x0174, section: "Moderation", seen: true },
  ROOM_CLOSED: {
    type: 0x017c,
    section: "Moderation",
    seen: true,
    text: 8,
    secret: null,
  },
  RED_DOT_ON: { type: 0x017d, section: "Microphone", seen: true },
  MEMBER_IGNORED: { type: 0x018c, section: "Microphone", never: true },
  RED_DOT_OFF: { type: 0x018d, section: "Microphone", seen: true },
  HAND_UP: { type: 0x018e, section: "Microphone", seen: true },
  HAND_DOWN: { type: 0x018f, section: "Microphone", seen: true },
  STATUS_CHANGE: { type: 0x0190, section: "Pals and presence", seen: true },
  CATEGORY_LIST: {
    type: 0x019c,
    section: "Categories and lists",
    seen: true,
    text: 0,
    list: true,
    secret: null,
  },
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
  XFER_REFUSED: { type: 0x01bb, section: "File transfer", seen: true },
  XFER_ACCEPTED: {
    type: 0x01bc,
    section: "File transfer",
    seen: true,
    secret: { from: 4, kind: "personal" },
  },
  XFER_OFFER: {
    type: 0x01bd,
    section: "File transfer",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  CALL_ENDED: { type: 0x01c0, section: "Calls", seen: true },
  CALL_ACCEPTED: {
    type: 0x01c1,
    section: "Calls",
    seen: true,
    secret: { from: 4, kind: "personal" },
  },
  CALL_OFFER: {
    type: 0x01c2,
    section: "Calls",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  CALL_ENDED_OLD: { type: 0x01c3, section: "Calls", never: true },
  BLOCK_RESULT: {
    type: 0x01f4,
    section: "Pals and presence",
    text: 6,
    secret: null,
  },
  BLOCKED_BUDDIES: {
    type: 0x01fe,
    section: "Pals and presence",
    seen: true,
    text: 0,
    list: true,
    secret: { from: 0, kind: "personal" },
  },
  NEW_STYLE_IM: {
    type: 0x0294,
    section: "Messages",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "words" },
  },
  AD_ROTATION: { type: 0x02b2, section: "Sign-on", seen: true },
  VIDEO_OFFER: {
    type: 0x02bc,
    section: "Calls",
    seen: true,
    text: 0,
    secret: { from: 0, kind: "personal" },
  },
  VIDEO_REFUSED: { type: 0x02bd, section: "Calls", seen: true },
  VIDEO_ACCEPTED: {
    type: 0x02c6,
    section: "Calls",
    seen: true,
    secret: { from: 4, kind: "personal" },
  },
  VIDEO_ENDED: { type: 0x02d0, section: "Calls", seen: true },
  ROOM_URL: { type: 0x0320, section: "System", never: true },
  USER_URL: { type: 0x032a, section: "System", never: true },
  ROOM_ADMIN_INFO: {
    type: 0x0384,
    section: "Moderation",
    seen: true,
    text: 0,
    list: true,
    secret: null,
  },
  SERVER_ERROR: {
    type: 0x044c,
    section: "System",
    seen: true,
    text: 0,
    secret: null,
  },
  PASSWORD_RESET_OFFSET: {
    type: 0x0488,
    section: "Registration and passwords",
    seen: true,
  },
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
  /** Answers to questions that only later clients ask. */
  PONG: { type: 0x00a2, section: "Other clients" },
  ANSWER_1500: { type: 0x05dc, section: "Other clients" },
  ANSWER_2600: { type: 0x0a28, section: "Other clients" },
  ANSWER_2800: { type: 0x0af0, section: "Other clients" },
  FILE_XFER_ERROR: {
    type: 0x138d,
    section: "Other clients",
    text: 8,
    secret: null,
  },
  VIDEO_PUBLISH_TO: { type: 0x17d4, section: "Room video", seen: true },
  VIDEO_PAUSE: { type: 0x17de, section: "Room video", seen: true },
  VIDEO_VIEW_FROM: { type: 0x17e8, section: "Room video", seen: true },
  /** Read and ignored by the client. */
  VIDEO_UNUSED: {
    type: 0x17f2,
    section: "Room video",
    seen: true,
    unsent: true,
  },
} as const satisfies Record<string, PacketType>;

export type ClientTypeName = keyof typeof CLIENT_TYPES;
export type ServerTypeName = keyof typeof SERVER_TYPES;

function names(
  types: Record<string, PacketType>,
): ReadonlyMap<number, string> {
  return new Map(Object.entries(types).map(([name, { type }]) => [type, name]));
}

/** Names by number, for logs and tools. */
export const CLIENT_NAMES = names(CLIENT_TYPES);
export const SERVER_NAMES = names(SERVER_TYPES);

/** A type as the field writes it: name, or its number when unknown. */
export function nameOfClientType(type: number): string {
  return CLIENT_NAMES.get(type) ?? `type ${type}`;
}

export function nameOfServerType(type: number): string {
  return SERVER_NAMES.get(type) ?? `type ${type}`;
}
