/**
 * @module All golden cases; docs/compatibility.md is generated from them as
 * well.
 */
import type { GoldenCase } from "./golden.ts";
import { MESSAGE_CASES } from "./messages.ts";
import { MODERATION_CASES } from "./moderation.ts";
import { OTHER_CLIENT_CASES } from "./other_clients.ts";
import { PEOPLE_CASES } from "./people.ts";
import { ROOM_VIDEO_CASES } from "./room_video.ts";
import { ROOM_CASES } from "./rooms.ts";
import { SIGN_ON_CASES } from "./signon.ts";
import { TRANSFER_CASES } from "./transfers.ts";

export const GOLDEN_CASES: readonly GoldenCase[] = [
  ...SIGN_ON_CASES,
  ...PEOPLE_CASES,
  ...MESSAGE_CASES,
  ...ROOM_CASES,
  ...ROOM_VIDEO_CASES,
  ...MODERATION_CASES,
  ...TRANSFER_CASES,
  ...OTHER_CLIENT_CASES,
];
