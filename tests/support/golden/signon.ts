/** @module Golden cases of docs/protocol.md, "Sign-on" to "Feedback". */
import {
  bye,
  clientHello,
  feedback,
  getUin,
  hello,
  keepalive,
  login,
  loginComplete,
  loginNotComplete,
  loginReply,
  lymerick,
  redirect,
  serverKey,
  uinResponse,
  userData,
} from "../../../lib/protocol/packets/signon.ts";
import {
  adRotation,
  SELDOM_SECONDS,
} from "../../../lib/protocol/packets/system.ts";
import {
  APPENDIX,
  COMPUTED,
  golden,
  type GoldenCase,
  raw,
  understood,
} from "./golden.ts";

const DISK_DIGITS = "3380267036203630".repeat(2);

export const SIGN_ON_CASES: readonly GoldenCase[] = [
  golden(clientHello, { uid: 0 }, "00000000", APPENDIX),
  golden(clientHello, { uid: 1000002 }, "000f4242", "b-1-signon"),
  understood(clientHello, { uid: 0 }, "", "the seed"),
  golden(
    hello,
    { text: "Hello-From:PaLTALK" },
    "'Hello-From:PaLTALK'",
    APPENDIX,
  ),
  golden(getUin, { nickname: "NetStorm" }, "00000001 'NetStorm'", APPENDIX),
  golden(
    uinResponse,
    { uid: 1000002, nickname: "NetStorm" },
    "'uid=1000002\nnickname=NetStorm\n'",
    APPENDIX,
  ),
  golden(uinResponse, { uid: 0, nickname: "" }, "'uid=0\n'", "b-1-signon"),
  golden(uinResponse, { uid: -2, nickname: "" }, "'uid=-2\n'", "b-1-signon"),
  golden(
    uinResponse,
    {
      uid: 1000004,
      nickname: "Dan",
      first: "Daniel",
      last: "Droste",
      email: "dan@example.org",
    },
    "'uid=1000004\nnickname=Dan\nfirst=Daniel\nlast=Droste\nemail=dan@example.org\n'",
    COMPUTED,
  ),
  golden(bye, {}, "", APPENDIX),
  golden(
    lymerick,
    { uid: 1000002, firstRun: false },
    "000f4242 00000001 0000",
    APPENDIX,
  ),
  golden(
    lymerick,
    { uid: 1000002, firstRun: true },
    "000f4242 00000001 0001",
    "b-1-signon",
  ),
  understood(
    lymerick,
    { uid: 1000002, firstRun: false, serial: DISK_DIGITS },
    `000f4242 00000001 0002 0000001e '${DISK_DIGITS}'`,
    "gaim",
  ),
  understood(lymerick, { uid: 1000002, firstRun: false }, "000f4242", COMPUTED),
  golden(loginNotComplete, {}, "", APPENDIX),
  golden(
    serverKey,
    { key: raw("XyF\u00a6551473312518") },
    "587946a6 353531 343733333132353138",
    APPENDIX,
  ),
  golden(
    login,
    { uid: 1000002, digits: "338026703620363037403100" },
    "000f4242 '338026703620363037403100'",
    APPENDIX,
  ),
  understood(
    login,
    { uid: 1000002, digits: "338026703620363037403100" },
    "000f4242 '338026703620363037403100\n309034003690'",
    "gaim",
  ),
  golden(
    loginReply,
    { uid: 1000002, success: 1 },
    "000f4242 00000001",
    "the seed",
  ),
  golden(feedback, { to: -1148, code: 0, text: "" }, "fb84 0000", APPENDIX),
  golden(
    feedback,
    { to: -1148, code: 1, text: "Invalid password." },
    "fb84 0001 'Invalid password.'",
    APPENDIX,
  ),
  golden(
    feedback,
    { to: -1130, code: 1, text: "You are banned from this server." },
    "fb96 0001 'You are banned from this server.'",
    "b-1-signon",
  ),
  golden(loginComplete, {}, "", APPENDIX),
  golden(
    userData,
    {
      uid: 1000002,
      nickname: "NetStorm",
      paid: "6",
      admin: 2,
      sup: 1,
      first: "Ned",
      last: "",
      email: "ned@storm.org",
      privacy: "A",
      offersFromUs: true,
      offersFromAffiliates: false,
      ph: "0",
    },
    "'uid=1000002\nnickname=NetStorm\npaid1=6\nbanners=no\nrandom=Y\nsmtp=" +
      "3380276027203340204033003430350025903410334034902240" +
      "289030003090370035502730374029703700273037503650" +
      "\nadmin=2\nsup=1\nph=0\nget_offers_from_us=Y\n" +
      "get_offers_from_affiliates=N\nfirst=Ned\nlast=\nemail=ned@storm.org\n" +
      "privacy=A\nverified=Y\ninsta=6\npub=200\nvad=4\n'",
    COMPUTED,
  ),
  golden(
    adRotation,
    { seconds: SELDOM_SECONDS, where: "C" },
    "7fff 'C'",
    "seen with the real client",
  ),
  golden(
    adRotation,
    { seconds: SELDOM_SECONDS, where: "G" },
    "7fff 'G'",
    COMPUTED,
  ),
  golden(keepalive, {}, "", "a-hands-and-incoming-voice"),
  golden(
    redirect,
    { address: "127.0.0.1", port: 5011 },
    "7f000001 1393",
    "b-9-redirect",
  ),
];
