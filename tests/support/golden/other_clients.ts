import {
  answer1500,
  answer2600,
  answer2800,
  fileXferError,
  fileXferSendInit,
  later1500,
  later2600,
  later2800,
  ping,
  pong,
} from "../../../lib/protocol/packets/other_clients.ts";
import { COMPUTED, golden, type GoldenCase, raw } from "./golden.ts";

const none = new Uint8Array();

/** Clients of which there are no captures: derived from their sources. */
export const OTHER_CLIENT_CASES: readonly GoldenCase[] = [
  golden(
    fileXferSendInit,
    { uid: 1000003, name: raw("C:\\a.txt\0\0\0") },
    "000f4243 'C:\\a.txt' 000000",
    "gaim",
  ),
  golden(
    fileXferError,
    { uid: 1000003, id: 0, text: "No." },
    "000f4243 00000000 'No.'",
    "gaim",
  ),
  golden(ping, { data: none }, "", COMPUTED),
  golden(pong, {}, "", COMPUTED),
  golden(later1500, { data: none }, "", COMPUTED),
  golden(answer1500, {}, "", COMPUTED),
  golden(later2600, { data: none }, "", COMPUTED),
  golden(answer2600, {}, "", COMPUTED),
  golden(later2800, { data: none }, "", COMPUTED),
  golden(answer2800, {}, "", COMPUTED),
];
