/** @module Golden cases of files and calls between two clients. */
import {
  callAccept,
  callAccepted,
  callEnded,
  callHangup,
  callOffer,
  callRefuse,
  callRequest,
  type Offer,
  videoAccept,
  videoAccepted,
  videoEnded,
  videoHangup,
  videoOffer,
  videoRefuse,
  videoRefused,
  videoRequest,
  xferAccept,
  xferAccepted,
  xferOffer,
  xferRefuse,
  xferRefused,
  xferRequest,
} from "../../../lib/protocol/packets/transfers.ts";
import { COMPUTED, golden, type GoldenCase, understood } from "./golden.ts";

const FILE = "c-file-transfer";
const CALL = "c-p2p-call";
const BEE = 1000005;
const NET_STORM = 1000002;

const offer: Offer = {
  uid: NET_STORM,
  nickname: "NetStorm",
  first: "-",
  last: "-",
  address: "10.77.1.2",
  port: 2090,
};
const OFFER = "'uid=1000002\nip=172818690\nport=2090\nfirst=-\nlast=-\n" +
  "nickname=NetStorm\n'";

export const TRANSFER_CASES: readonly GoldenCase[] = [
  golden(xferRequest, { uid: BEE, port: 2090 }, "000f4245 082a", FILE),
  golden(xferAccept, { uid: NET_STORM, port: 2090 }, "000f4242 082a", FILE),
  understood(xferAccept, { uid: NET_STORM, port: 2090 }, "000f4242", COMPUTED),
  golden(xferRefuse, { uid: NET_STORM }, "000f4242", FILE),
  golden(xferOffer, offer, OFFER, FILE),
  golden(
    xferAccepted,
    { uid: BEE, address: "10.77.2.2", port: 2090 },
    "000f4245 0a4d0202 082a",
    FILE,
  ),
  golden(xferRefused, { uid: BEE }, "000f4245", FILE),
  golden(callRequest, { uid: BEE, port: 2090 }, "000f4245 082a", CALL),
  golden(callAccept, { uid: NET_STORM, port: 2090 }, "000f4242 082a", CALL),
  golden(callRefuse, { uid: NET_STORM }, "000f4242", CALL),
  golden(callHangup, { uid: BEE }, "000f4245", CALL),
  golden(callOffer, offer, OFFER, CALL),
  golden(
    callAccepted,
    { uid: BEE, address: "10.77.2.2", port: 2090 },
    "000f4245 0a4d0202 082a",
    CALL,
  ),
  golden(callEnded, { uid: NET_STORM }, "000f4242", CALL),
  golden(videoRequest, { uid: BEE, port: 2091 }, "000f4245 082b", CALL),
  golden(videoAccept, { uid: NET_STORM, port: 2091 }, "000f4242 082b", CALL),
  golden(videoRefuse, { uid: NET_STORM }, "000f4242", COMPUTED),
  golden(videoHangup, { uid: BEE }, "000f4245", COMPUTED),
  golden(
    videoOffer,
    { ...offer, port: 2091 },
    "'uid=1000002\nip=172818690\nport=2091\nfirst=-\nlast=-\n" +
      "nickname=NetStorm\n'",
    CALL,
  ),
  golden(
    videoAccepted,
    { uid: BEE, address: "10.77.2.2", port: 2091 },
    "000f4245 0a4d0202 082b",
    CALL,
  ),
  golden(videoRefused, { uid: BEE }, "000f4245", COMPUTED),
  golden(videoEnded, { uid: NET_STORM }, "000f4242", COMPUTED),
];
