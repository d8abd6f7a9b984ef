/** @module Golden cases of messages and texts from the server. */
import { ignoredPackets } from "../../../lib/protocol/packets/system.ts";
import {
  announcement,
  banner,
  bannerOut,
  getProfileMessages,
  imIn,
  imOut,
  newStyleIm,
  profileMessageIn,
  profileMessageOut,
  roomMessageIn,
  roomMessageOut,
  userInfo,
  WELCOME_UID,
} from "../../../lib/protocol/packets/messages.ts";
import {
  maintenanceKick,
  serverError,
} from "../../../lib/protocol/packets/system.ts";
import { videoKeepalive } from "../../../lib/protocol/packets/transfers.ts";
import { APPENDIX, COMPUTED, golden, type GoldenCase, raw } from "./golden.ts";

const MARKED_UP = '<pfont color="#0"><pfont-size="8"><pb>second</pb>' +
  "</pfont></pfont>";

/** Known but ignored packets; any content is one run of bytes. */
const ignored = ignoredPackets.map((packet) =>
  golden(packet, { data: raw("\0\0\0\u0001any") }, "00000001 'any'", COMPUTED)
);

export const MESSAGE_CASES: readonly GoldenCase[] = [
  golden(
    imOut,
    { to: 1000005, text: raw("hello bee") },
    "000f4245 'hello bee'",
    "c-im-away",
  ),
  golden(
    imIn,
    { from: 1000001, text: raw("Hello from Paltalk") },
    "000f4241 'Hello from Paltalk'",
    "a-away-status-im",
  ),
  golden(
    imIn,
    { from: 1000003, text: raw("caf\u00e9 \u201cquoted\u201d \u20ac") },
    "000f4243 636166e920 93 71756f746564 94 20 80",
    "b-12-userinfo",
  ),
  golden(
    roomMessageOut,
    { gid: 50002, text: raw(MARKED_UP) },
    `0000c352 '${MARKED_UP}'`,
    "b-15-reconnect",
  ),
  golden(
    roomMessageIn,
    { gid: 50005, uid: 1000003, text: raw("Hi from the bot") },
    "0000c355 000f4243 'Hi from the bot'",
    "a-rooms-chat-voice",
  ),
  golden(
    roomMessageIn,
    { gid: 50002, uid: 0, text: raw("Rating G. Welcome to Quill.") },
    "0000c352 00000000 'Rating G. Welcome to Quill.'",
    "b-15-reconnect",
  ),
  golden(
    bannerOut,
    { gid: 50008, text: raw("Topic of the dayMy topic") },
    "0000c358 'Topic of the dayMy topic'",
    "b-4-room-admin",
  ),
  golden(
    banner,
    { gid: 50001, uid: 0, text: raw("Please support our sponsors.") },
    "0000c351 00000000 'Please support our sponsors.'",
    APPENDIX,
  ),
  golden(
    userInfo,
    { uid: 1000009, nickname: "Kim", first: "F", last: "L" },
    "'uid=1000009\nnickname=Kim\nfirst=F\nlast=L\n'",
    "b-8-stranger",
  ),
  golden(
    newStyleIm,
    {
      uid: 1000010,
      nickname: "Lea",
      first: "L",
      last: "A",
      force: true,
      text: raw("text by 0294 forced"),
    },
    "'uid=1000010\nnickname=Lea\nfirst=L\nlast=A\nforce=Y\n" +
      "msg=text by 0294 forced'",
    "b-8-stranger",
  ),
  golden(
    newStyleIm,
    {
      uid: 1000011,
      nickname: "Max",
      first: "M",
      last: "X",
      force: false,
      text: raw("text by 0294 not forced"),
    },
    "'uid=1000011\nnickname=Max\nfirst=M\nlast=X\nmsg=text by 0294 not forced'",
    "b-8-stranger",
  ),
  golden(
    profileMessageOut,
    {
      from: 1000002,
      fromProfile: 7,
      to: 1000004,
      toProfile: 9,
      text: raw("hello dan"),
    },
    "000f4242 00000007 000f4244 00000009 'hello dan'",
    "seen with the real client",
  ),
  golden(
    profileMessageIn,
    {
      from: 1000002,
      fromProfile: 7,
      to: 1000004,
      toProfile: 9,
      text: raw("hello dan"),
    },
    "000f4242 00000007 000f4244 00000009 'hello dan'",
    "seen with the real client",
  ),
  golden(getProfileMessages, {}, "", "seen with the real client"),
  golden(
    roomMessageIn,
    { gid: 50002, uid: WELCOME_UID, text: raw("Take a chair.") },
    "0000c352 fffffffe 'Take a chair.'",
    'seen with the real client: "Welcome Msg:"',
  ),
  golden(
    announcement,
    { text: "Announcement by minus 39" },
    "'Announcement by minus 39'",
    "b-9-announce",
  ),
  golden(
    maintenanceKick,
    { text: "Server maintenance, bye caf\u00e9." },
    "'Server maintenance, bye caf\u00e9.'",
    "b-9-kick",
  ),
  golden(
    serverError,
    { text: "Server error: you are signed off, caf\u00e9." },
    "'Server error: you are signed off, caf\u00e9.'",
    "b-9-kick",
  ),
  golden(videoKeepalive, {}, "", COMPUTED),
  ...ignored,
];
