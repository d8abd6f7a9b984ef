/** @module Golden cases of admin actions, microphones and red dots. */
import {
  handDown,
  handUp,
  ignoreMember,
  micsToggled,
  redDot,
  redDotOff,
  redDotOn,
  removeAllHands,
  reqMic,
  toggleAllMics,
  unredDot,
  unreqMic,
} from "../../../lib/protocol/packets/microphone.ts";
import {
  alertAdmin,
  ban,
  banByNickname,
  bounceReason,
  getAdminInfo,
  madeAdmin,
  makeAdmin,
  memberAdmin,
  newUsersMic,
  redDotAffectsText,
  redDotAffectsVideo,
  roomAdminInfo,
  roomAdminInfoOld,
  roomBounce,
  unban,
  unbounce,
} from "../../../lib/protocol/packets/moderation.ts";
import { APPENDIX, COMPUTED, golden, type GoldenCase } from "./golden.ts";

const EVERYBODY = 0xffffffff;
const CONSOLE = "b-4-room-admin";
const MEMBER = "b-4-room-member";

export const MODERATION_CASES: readonly GoldenCase[] = [
  golden(
    roomBounce,
    { gid: 50001, uid: 1000003 },
    "0000c351 000f4243",
    CONSOLE,
  ),
  golden(
    bounceReason,
    { gid: 50001, uid: 1000003, text: "BR: rude words" },
    "0000c351 000f4243 'BR: rude words'",
    CONSOLE,
  ),
  golden(unbounce, { gid: 50008, uid: 1000004 }, "0000c358 000f4244", CONSOLE),
  golden(ban, { gid: 50008, uid: 1000005 }, "0000c358 000f4245", COMPUTED),
  golden(unban, { gid: 50008, uid: EVERYBODY }, "0000c358 ffffffff", CONSOLE),
  golden(
    banByNickname,
    { gid: 50008, nickname: "Ghost" },
    "0000c358 'Ghost'",
    CONSOLE,
  ),
  golden(
    makeAdmin,
    { gid: 50001, uid: 1000005 },
    "0000c351 000f4245",
    COMPUTED,
  ),
  golden(redDotAffectsText, { gid: 50008, on: true }, "0000c358 0001", CONSOLE),
  golden(
    redDotAffectsVideo,
    { gid: 50008, on: true },
    "0000c358 0001",
    CONSOLE,
  ),
  golden(newUsersMic, { gid: 50008, on: false }, "0000c358 0000", CONSOLE),
  golden(getAdminInfo, { gid: 50008 }, "0000c358", CONSOLE),
  golden(roomAdminInfoOld, { gid: 50008 }, "0000c358", "the seed"),
  golden(
    alertAdmin,
    { gid: 50001, uid: 0, reason: "swears" },
    "0000c351 00000000 'swears'",
    COMPUTED,
  ),
  golden(madeAdmin, { gid: 50001 }, "0000c351", "b-4-room-text"),
  golden(
    memberAdmin,
    { gid: 50001, uid: 1000009, on: true },
    "0000c351 000f4249 0001",
    MEMBER,
  ),
  golden(
    roomAdminInfo,
    {
      gid: 50001,
      newUsersMic: true,
      redDotText: false,
      redDotVideo: false,
      bounced: [],
      banned: [],
    },
    "'group=50001\nmike=1\ntext=0\nvideo=0\nbounce=\n' c8 'ban=\n'",
    APPENDIX,
  ),
  golden(
    roomAdminInfo,
    {
      gid: 50008,
      newUsersMic: true,
      redDotText: false,
      redDotVideo: false,
      bounced: [
        { uid: 1000004, nickname: "Bob" },
        { uid: 1000007, nickname: "Zoe" },
      ],
      banned: [{ uid: 1000005, nickname: "Eve" }],
    },
    "'group=50008\nmike=1\ntext=0\nvideo=0\nbounce=1000004,Bob\n" +
      "1000007,Zoe\n' c8 'ban=1000005,Eve\n'",
    CONSOLE,
  ),
  golden(reqMic, { gid: 50001 }, "0000c351", APPENDIX),
  golden(unreqMic, { gid: 50005 }, "0000c355", "a-hands-and-incoming-voice"),
  golden(redDot, { gid: 50001, uid: 1000009 }, "0000c351 000f4249", CONSOLE),
  golden(unredDot, { gid: 50001, uid: 1000009 }, "0000c351 000f4249", CONSOLE),
  golden(removeAllHands, { gid: 50008 }, "0000c358", CONSOLE),
  golden(toggleAllMics, { gid: 50008, on: true }, "0000c358 0001", CONSOLE),
  golden(
    ignoreMember,
    { gid: 50001, uid: 1000009, on: true },
    "0000c351 000f4249 0001",
    CONSOLE,
  ),
  golden(handUp, { gid: 50001, uid: 1000002 }, "0000c351 000f4242", APPENDIX),
  golden(handDown, { gid: 50001, uid: 1000009 }, "0000c351 000f4249", MEMBER),
  golden(redDotOn, { gid: 50001, uid: EVERYBODY }, "0000c351 ffffffff", MEMBER),
  golden(
    redDotOff,
    { gid: 50001, uid: 1000002 },
    "0000c351 000f4242",
    APPENDIX,
  ),
  golden(
    micsToggled,
    { gid: 50001, on: false, except: 1000002 },
    "0000c351 0000 000f4242",
    APPENDIX,
  ),
];
