/** @module Golden cases of rooms, lists, voice and invitations. */
import {
  affiliateList,
  affiliateRooms,
  categoryCount,
  categoryList,
  REFRESH_KIND,
  refreshCategories,
  roomList,
} from "../../../lib/protocol/packets/lists.ts";
import {
  inviteIn,
  inviteOut,
  privateInvite,
  privateRoom,
  roomClose,
  roomClosed,
  roomCreate,
  roomJoin,
  roomJoinAsAdmin,
  roomJoinByName,
  roomJoined,
  roomLeave,
  roomMediaServer,
  roomUserLeft,
} from "../../../lib/protocol/packets/rooms.ts";
import {
  type MemberEntry,
  roomUserJoined,
  roomUserList,
} from "../../../lib/protocol/packets/members.ts";
import { VIDEO_PANEL } from "../../../lib/protocol/packets/room_video.ts";
import {
  APPENDIX,
  COMPUTED,
  golden,
  type GoldenCase,
  understood,
} from "./golden.ts";

const netStorm: MemberEntry = {
  gid: 50001,
  uid: 1000002,
  nickname: "NetStorm",
  admin: false,
  color: "000128000",
  mic: true,
  publishing: false,
  away: false,
  hand: 0,
};
const zoe: MemberEntry = {
  ...netStorm,
  uid: 1000007,
  nickname: "Zo\u00eb",
  admin: true,
  mic: false,
  publishing: true,
  away: true,
  hand: 2,
};

const NET_STORM = "'group_id=50001\nuid=1000002\nnickname=NetStorm\nadmin=0\n" +
  "color=000128000\nmic=1\npub=N\naway=0' c8";
const ZOE = "'group_id=50001\nuid=1000007\nnickname=Zo\u00eb\nadmin=1\n" +
  "color=000128000\nmic=0\npub=Y\naway=1\nreq=2' c8";

export const ROOM_CASES: readonly GoldenCase[] = [
  golden(
    roomJoin,
    { gid: 50001, invisible: false, lockword: "" },
    "0000c351 0000 0000082a",
    APPENDIX,
  ),
  golden(
    roomJoin,
    { gid: 50007, invisible: false, lockword: "lion" },
    "0000c357 0000 0000082a 'lion'",
    "b-5-locked",
  ),
  golden(
    roomJoin,
    { gid: 50001, invisible: true, lockword: "" },
    "0000c351 0001 0000082a",
    COMPUTED,
  ),
  understood(
    roomJoin,
    { gid: 50003, invisible: false, lockword: "support" },
    "0000c353 0000 0000082a 'support' 00",
    "an old server's log",
  ),
  understood(
    roomJoin,
    { gid: 50003, invisible: false, lockword: "" },
    "0000c353",
    COMPUTED,
  ),
  golden(
    roomJoinByName,
    {
      affiliate: 0,
      name: "The Royal Oak",
      invisible: false,
      lockword: "tiger",
    },
    "'aff=0\nname=The Royal Oak\ninvis=0\nport=2090\nlock=tiger\n'",
    COMPUTED,
  ),
  golden(
    roomJoinAsAdmin,
    { owner: 1000002, code: 4321 },
    "000f4242 000010e1 0000082a",
    APPENDIX,
  ),
  golden(
    roomJoined,
    {
      gid: 50001,
      type: 3,
      admin: false,
      locked: false,
      invisible: false,
      category: 30018,
      video: VIDEO_PANEL.none,
      rating: "G",
      name: "Oak",
    },
    "0000c351 0003 0000 0000 0000 7542 0000 0000 0006 0003 47 'Oak'",
    APPENDIX,
  ),
  golden(
    roomJoined,
    {
      gid: 50003,
      type: 0,
      admin: true,
      locked: true,
      invisible: true,
      category: 30018,
      video: VIDEO_PANEL.full,
      rating: "A",
      name: "Vault",
    },
    "0000c353 0000 0001 0001 0001 7542 0000 0004 0006 0003 41 'Vault'",
    COMPUTED,
  ),
  golden(roomUserList, [netStorm], NET_STORM, APPENDIX),
  golden(roomUserList, [netStorm, zoe], `${NET_STORM} ${ZOE}`, COMPUTED),
  golden(roomUserJoined, [zoe], ZOE, COMPUTED),
  golden(
    roomUserLeft,
    { gid: 50001, uid: 1000002 },
    "0000c351 000f4242",
    APPENDIX,
  ),
  golden(roomLeave, { gid: 50001 }, "0000c351", "b-4-room-admin"),
  golden(
    roomMediaServer,
    { gid: 50001, address: "192.168.0.35", udpPort: 2090, tcpPort: 2090 },
    "0000c351 c0a80023 0000082a 0000082a",
    APPENDIX,
  ),
  golden(
    roomMediaServer,
    { gid: 59846, address: "192.168.0.35", udpPort: 99999, tcpPort: 2090 },
    "0000e9c6 c0a80023 0001869f 0000082a",
    "the seed",
  ),
  golden(
    roomCreate,
    { type: 3, category: 30018, rating: "G", name: "dan", lockword: "" },
    "0003 0000 7542 0000082a 47 'dan'",
    APPENDIX,
  ),
  golden(
    roomCreate,
    {
      type: 3,
      category: 30018,
      rating: "R",
      name: "VoiceR Lock",
      lockword: "tiger7",
    },
    "0003 0000 7542 0000082a 52 'VoiceR Lock\ntiger7'",
    "b-6-create",
  ),
  golden(
    roomCreate,
    { type: 5, category: 30018, rating: "A", name: "PrivA", lockword: "" },
    "0005 0000 7542 0000082a 41 'PrivA'",
    "b-6-create",
  ),
  golden(roomClose, { gid: 50008 }, "0000c358", "b-4-room-admin"),
  golden(
    roomClosed,
    { gid: 50001, by: 1000002, text: "Closed." },
    "0000c351 000f4242 'Closed.'",
    APPENDIX,
  ),
  golden(
    categoryList,
    [{ code: 30018, name: "Young Adults (18+)" }],
    "'code=30018\nvalue=Young Adults (18+)\nlist=2' c8",
    "c-two-clients-voice",
  ),
  golden(
    refreshCategories,
    { kind: REFRESH_KIND.rooms, id: 30018 },
    "00000001 00000001 00007542",
    APPENDIX,
  ),
  understood(
    refreshCategories,
    { kind: REFRESH_KIND.rooms, id: 30018 },
    "34e01200 00000001 00007542",
    "gaim",
  ),
  understood(
    refreshCategories,
    { kind: REFRESH_KIND.counts, id: 0 },
    "",
    COMPUTED,
  ),
  golden(
    categoryCount,
    [
      { code: 30003, rooms: 4 },
      { code: 30018, rooms: 3 },
      { code: 30027, rooms: 1 },
    ],
    "'id=30003\n#=4' c8 'id=30018\n#=3' c8 'id=30027\n#=1' c8",
    "a-rooms-chat-voice",
  ),
  golden(
    roomList,
    {
      category: 30018,
      rooms: [{
        gid: 50001,
        name: "Oak",
        members: 4,
        voice: 1,
        locked: false,
        rating: "G",
      }, {
        gid: 50003,
        name: "Vault",
        members: 0,
        voice: 0,
        locked: true,
        rating: "A",
      }],
    },
    "'catg=30018\n' c8 'id=50001\nnm=Oak\n#=4\nv=1\nl=0\nr=G\np=0\n" +
      "c=000000000' c8 'id=50003\nnm=Vault\n#=0\nv=0\nl=1\nr=A\np=0\n" +
      "c=000000000' c8",
    COMPUTED,
  ),
  golden(roomList, { category: 6, rooms: [] }, "'catg=6\n' c8", COMPUTED),
  golden(affiliateList, undefined, "", COMPUTED),
  golden(affiliateRooms, { affiliate: 7 }, "'aff=7' c8", COMPUTED),
  golden(
    inviteOut,
    { gid: 50003, uid: 1000005 },
    "0000c353 000f4245",
    "b-7-invite",
  ),
  golden(
    inviteIn,
    {
      gid: 50001,
      room: "Oak",
      uid: 1000002,
      nickname: "NetStorm",
      first: "-",
      last: "-",
      type: 3,
      locked: false,
    },
    "'group_id=50001\ngroup_name=Oak\nuid=1000002\nnickname=NetStorm\n" +
      "first=-\nlast=-\ntype=3\n'",
    APPENDIX,
  ),
  golden(
    inviteIn,
    {
      gid: 50007,
      room: "VoiceVault",
      uid: 1000003,
      nickname: "Dan",
      first: "-",
      last: "-",
      type: 3,
      locked: true,
    },
    "'group_id=50007\ngroup_name=VoiceVault\nuid=1000003\nnickname=Dan\n" +
      "first=-\nlast=-\ntype=3\nlock=1\n'",
    "b-7-invite",
  ),
  golden(
    privateInvite,
    { uid: 1000005 },
    "00010000 082a0001 000f4245",
    "gaim",
  ),
  golden(
    privateRoom,
    { gid: 59846, name: "Private 59846" },
    "fed2 0000 0000e9c6 0001 'Private 59846'",
    COMPUTED,
  ),
];
