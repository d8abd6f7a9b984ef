/** @module Golden cases of pals, presence, search, profile and passwords. */
import {
  passwordChange,
  passwordChangeAsk,
  passwordHint,
  passwordResetOffset,
  register,
  registration,
} from "../../../lib/protocol/packets/accounts.ts";
import {
  emailInvite,
  futureUserStatus,
  randomUserChat,
  searchError,
  searchResponse,
  userProfileUpdate,
  userSearch,
} from "../../../lib/protocol/packets/directory.ts";
import {
  addPal,
  awayMode,
  blockBuddy,
  blockedBuddies,
  blockResult,
  buddyList,
  changeStatus,
  customizePal,
  DEFAULT_PAL_NAME,
  getBlocked,
  onlineMode,
  removePal,
  requestUser,
  STATUS,
  statusChange,
  unblock,
} from "../../../lib/protocol/packets/pals.ts";
import { setPrivacy } from "../../../lib/protocol/packets/signon.ts";
import {
  APPENDIX,
  COMPUTED,
  golden,
  type GoldenCase,
  raw,
  understood,
} from "./golden.ts";

const searchFor = (key: string, value: string) =>
  new Map([
    ["uid", "3"],
    ["first", ""],
    ["last", ""],
    [key, value],
    ["email", ""],
  ]);

export const PEOPLE_CASES: readonly GoldenCase[] = [
  golden(
    buddyList,
    [{ uid: 1000001, nickname: "Paltalk" }],
    "'uid=1000001\nnickname=Paltalk' c8",
    APPENDIX,
  ),
  golden(
    buddyList,
    [{ uid: 1000001, nickname: "Paltalk" }, { uid: 1000004, nickname: "Dan" }],
    "'uid=1000001\nnickname=Paltalk' c8 'uid=1000004\nnickname=Dan' c8",
    "a-stranger-im-search-addpal",
  ),
  understood(
    buddyList,
    [{ uid: 1000003, nickname: "Dan" }],
    "'uid=1000003\nnickname=Dan\n' c8",
    "b-15-reconnect",
  ),
  golden(
    buddyList,
    [{ uid: 1000004, nickname: "Dan", display: "Danny boy", first: "D" }],
    "'uid=1000004\nnickname=Dan\ndisplay=Danny boy\nfirst=D' c8",
    "seen with the real client",
  ),
  golden(buddyList, [], "", "b-1-signon"),
  golden(
    customizePal,
    { uid: 1000004, name: "Danny boy" },
    "000f4244 'Danny boy'",
    "seen with the real client",
  ),
  golden(
    customizePal,
    { uid: 1000004, name: DEFAULT_PAL_NAME },
    "000f4244 '*default*'",
    "seen with the real client",
  ),
  golden(addPal, { uid: 1000004 }, "000f4244", "a-stranger-im-search-addpal"),
  golden(removePal, { uid: 1000006 }, "000f4246", "b-3-pals"),
  golden(requestUser, { uid: 1000009 }, "000f4249", "b-8-stranger"),
  golden(
    statusChange,
    { uid: 1000001, status: STATUS.online },
    "000f4241 0000001e",
    APPENDIX,
  ),
  golden(
    statusChange,
    { uid: 1000001, status: STATUS.away },
    "000f4241 00000046",
    "a-away-status-im",
  ),
  golden(
    awayMode,
    { text: raw("I am away at the moment...") },
    "'I am away at the moment...'",
    "a-away-status-im",
  ),
  golden(awayMode, { text: raw("") }, "", "the seed"),
  golden(onlineMode, {}, "", "a-away-status-im"),
  golden(changeStatus, { status: STATUS.busy }, "00000032", "gaim"),
  golden(blockBuddy, { uid: 1000005 }, "000f4245", "b-3-pals"),
  golden(unblock, { uid: 1000005 }, "000f4245", "b-12-userinfo"),
  golden(getBlocked, {}, "", "b-10-search"),
  golden(
    blockedBuddies,
    [{ uid: 1000005, nickname: "Eve" }, { uid: 1000007, nickname: "Zo\u00eb" }],
    "'uid=1000005\nnickname=Eve' c8 'uid=1000007\nnickname=Zo\u00eb' c8",
    COMPUTED,
  ),
  golden(
    blockResult,
    { uid: 1000005, blocked: false, text: "Your list is full." },
    "000f4245 0000 'Your list is full.'",
    COMPUTED,
  ),
  golden(
    userSearch,
    searchFor("exnick", "Dan"),
    "'uid=3\nfirst=\nlast=\nexnick=Dan\nemail='",
    "a-stranger-im-search-addpal",
  ),
  golden(
    userSearch,
    searchFor("nickname", "val1"),
    "'uid=3\nfirst=\nlast=\nnickname=val1\nemail='",
    "b-10-search",
  ),
  golden(userSearch, new Map([["nickname", "Dan"]]), "'nickname=Dan'", "gaim"),
  golden(
    searchResponse,
    [{ uid: 1000006, nickname: "Ann", first: "F", last: "L" }],
    "'uid=1000006\nnickname=Ann\nfirst=F\nlast=L' c8",
    "b-10-search",
  ),
  golden(searchError, { text: raw("") }, "", "b-10-search"),
  golden(
    userProfileUpdate,
    new Map([
      ["first", "Ned=x"],
      ["last", "Storm"],
      ["nickname", "NetStorm"],
      ["email", "ned@storm.org"],
      ["uid", "1000002"],
      ["get_offers_from_us", "N"],
      ["get_offers_from_affiliates", "N"],
      ["show_email", "Y"],
      ["show_first", "Y"],
      ["show_last", "N"],
    ]),
    "'first=Ned=x\nlast=Storm\nnickname=NetStorm\nemail=ned@storm.org\n" +
      "uid=1000002\nget_offers_from_us=N\nget_offers_from_affiliates=N\n" +
      "show_email=Y\nshow_first=Y\nshow_last=N'",
    "b-12-userinfo",
  ),
  golden(randomUserChat, {}, "", COMPUTED),
  golden(setPrivacy, { privacy: "T" }, "54", "b-12-userinfo"),
  golden(
    emailInvite,
    new Map([["email", "kim@example.org"], ["origin", "1"]]),
    "'email=kim@example.org\norigin=1'",
    COMPUTED,
  ),
  golden(
    futureUserStatus,
    [{ email: "kim@example.org", status: 1 }],
    "'email=kim@example.org\nstatus=1' c8",
    COMPUTED,
  ),
  golden(passwordChangeAsk, { uid: 1000002 }, "000f4242", "b-12-userinfo"),
  golden(
    passwordResetOffset,
    { key: raw("XyF\u00a660947331") },
    "587946a6 363039 3437333331",
    "b-12-userinfo",
  ),
  golden(
    passwordChange,
    {
      uid: 1000002,
      oldDigits: "35663405359037002917382731423273",
      newDigits: "303834093738367735653911311333303098",
    },
    "000f4242 '35663405359037002917382731423273\n" +
      "303834093738367735653911311333303098'",
    "b-12-userinfo",
  ),
  golden(
    passwordHint,
    { question: 0, answer: "", hint: "dog name" },
    "0000 '\ndog name'",
    "b-12-userinfo",
  ),
  golden(
    passwordHint,
    { question: 2, answer: "rex", hint: "dog" },
    "0002 'rex' 0a 'dog'",
    "seen with the real client: the dialog that ph=N opens",
  ),
  understood(
    passwordHint,
    { question: 0, answer: "", hint: "dog" },
    "0000 'dog'",
    COMPUTED,
  ),
  golden(
    register,
    new Map([
      ["first", "Kim"],
      ["nickname", "Kim"],
      ["uid", "0"],
      ["password", "3150340036903710"],
      ["email", "kim@example.org"],
    ]),
    "'first=Kim\nnickname=Kim\nuid=0\npassword=3150340036903710\n" +
      "email=kim@example.org\n'",
    COMPUTED,
  ),
  golden(registration, { uid: 1000012 }, "fb6e 0000 000f424c", COMPUTED),
  golden(registration, { suggestion: "Kim2" }, "fb6e 0063 'Kim2'", COMPUTED),
  golden(
    registration,
    { refusal: "Registration is closed." },
    "fb6e 0001 'Registration is closed.'",
    COMPUTED,
  ),
];
