/**
 * What breaks the real client, as rules about the bytes of each packet that a
 * server may send (docs/protocol.md, "What breaks the client").
 *
 * The rules look at raw bytes and share no code with the encoders, so they can
 * judge them: property tests hold every encoder against them, and our own
 * client holds every frame that it receives.
 *
 * @module
 */
import {
  all,
  exactly,
  list,
  NAME_BUFFER,
  record,
  roomFirst,
  type Rule,
  sized,
  STACK_BUFFER,
} from "./hazard_rules.ts";
import { MAX_SENT_PAYLOAD } from "./frame.ts";
import {
  address,
  adRotation,
  categoryList,
  feedback,
  invite,
  members,
  newStyleIm,
  NICKNAME,
  offer,
  person,
  publishTo,
  roomAdminInfo,
  roomList,
  serverKey,
  userData,
  viewFrom,
} from "./payload_rules.ts";
import {
  type PacketType,
  SERVER_TYPES,
  type ServerTypeName,
} from "./packet_types.ts";

const roomAndUser = all(exactly(8), roomFirst);
const gap = (below: number) => sized(0, below);

const RULES: Partial<Record<ServerTypeName, Rule>> = {
  HELLO: gap(STACK_BUFFER),
  REDIRECT: exactly(6),
  LOGIN_NOT_COMPLETE: exactly(0),
  SERVER_KEY: serverKey,
  LOGIN_REPLY: exactly(8),
  FEEDBACK: feedback,
  UIN_RESPONSE: all(
    gap(STACK_BUFFER),
    record({ needed: ["uid"], below: NICKNAME }),
  ),
  USER_DATA: all(gap(STACK_BUFFER), userData),
  LOGIN_UNKNOWN: exactly(0),
  BUDDY_LIST: list(800, person),
  USER_INFO: record(person),
  SEARCH_RESPONSE: list(200, person),
  SEARCH_ERROR: gap(1024),
  // Gaim crashes on a text of no bytes; for 5.0 nothing shows that it is safe.
  PALPROFILE_IN: sized(17, STACK_BUFFER),
  IM_IN: sized(5, MAX_SENT_PAYLOAD + 1),
  ANNOUNCEMENT: sized(1, 1024),
  MAINTENANCE_KICK: gap(1024),
  FUTURE_USER_STATUS: list(200, { needed: ["email", "status"] }),
  ROOM_JOINED: all(sized(23, 22 + NAME_BUFFER + 1), roomFirst),
  ROOM_USER_JOINED: members,
  ROOM_VIDEO: all(exactly(10), roomFirst),
  ROOM_MEDIA_SERVER: all(exactly(16), roomFirst),
  ROOM_USER_LEFT: roomAndUser,
  CATEGORY_COUNT: list(1000, { needed: ["id", "#"] }),
  ROOM_LIST: roomList,
  AFFILIATE_LIST: list(800, { needed: ["id", "nm"] }),
  AFFILIATE_ROOMS: list(800, { needed: [] }),
  ROOM_USER_LIST: members,
  ROOM_MESSAGE_IN: all(sized(9, MAX_SENT_PAYLOAD + 1), roomFirst),
  ROOM_BANNER: all(sized(8, 8 + 1024), roomFirst),
  MICS_TOGGLED: all(exactly(10), roomFirst),
  INVITE_IN: invite,
  MADE_ADMIN: all(exactly(4), roomFirst),
  MEMBER_ADMIN: all(exactly(10), roomFirst),
  ROOM_CLOSED: all(sized(8, 8 + 1024), roomFirst),
  RED_DOT_ON: roomAndUser,
  RED_DOT_OFF: roomAndUser,
  HAND_UP: roomAndUser,
  HAND_DOWN: roomAndUser,
  STATUS_CHANGE: exactly(8),
  CATEGORY_LIST: categoryList,
  XFER_REFUSED: exactly(4),
  XFER_ACCEPTED: address,
  XFER_OFFER: offer,
  CALL_ENDED: exactly(4),
  CALL_ACCEPTED: address,
  CALL_OFFER: offer,
  BLOCK_RESULT: sized(6, 6 + 512),
  BLOCKED_BUDDIES: list(500, person),
  NEW_STYLE_IM: newStyleIm,
  AD_ROTATION: adRotation,
  VIDEO_OFFER: offer,
  VIDEO_REFUSED: exactly(4),
  VIDEO_ACCEPTED: address,
  VIDEO_ENDED: exactly(4),
  VIDEO_PUBLISH_TO: publishTo,
  // The client never reads the payload.
  VIDEO_PAUSE: exactly(0),
  VIDEO_VIEW_FROM: viewFrom,
  VIDEO_UNUSED: exactly(4),
  ROOM_ADMIN_INFO: roomAdminInfo,
  SERVER_ERROR: gap(1024),
  PASSWORD_RESET_OFFSET: sized(7, 13),
  PONG: exactly(0),
  ANSWER_1500: exactly(0),
  ANSWER_2600: exactly(0),
  ANSWER_2800: exactly(0),
  FILE_XFER_ERROR: sized(8, STACK_BUFFER),
};

/** Types that the client treats as another type. */
const SYNONYMS: ReadonlyMap<number, number> = new Map([
  [117, SERVER_TYPES.HELLO.type],
  [-79, SERVER_TYPES.SERVER_KEY.type],
  [39, SERVER_TYPES.ANNOUNCEMENT.type],
]);

const BY_TYPE: ReadonlyMap<number, Rule> = new Map(
  Object.entries(SERVER_TYPES).map(([name, entry]) => {
    const { type, never }: PacketType = entry;
    const rule = never
      ? () => `${name} must never be sent`
      : RULES[name as ServerTypeName];
    if (rule === undefined) throw new TypeError(`No rule for ${name}`);
    return [type, rule];
  }),
);

/**
 * Returns why this payload of this type would crash, hang, desynchronize or
 * confuse the real client, or undefined when it is safe.
 */
export function hazardIn(
  type: number,
  payload: Uint8Array,
): string | undefined {
  if (payload.length > MAX_SENT_PAYLOAD) {
    return `${payload.length} bytes are negative to the client`;
  }
  const rule = BY_TYPE.get(SYNONYMS.get(type) ?? type);
  if (rule !== undefined) return rule(payload);
  return payload.length < STACK_BUFFER
    ? undefined
    : `${payload.length} bytes of an unknown type`;
}
