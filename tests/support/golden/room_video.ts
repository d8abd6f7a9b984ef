/** @module Golden cases of webcams in rooms. */
import {
  CAMERA,
  roomVideo,
  startPublishVideo,
  stopPublishVideo,
  stopViewVideo,
  videoPause,
  videoPublishTo,
  videoUnused,
  videoViewFrom,
  viewVideo,
} from "../../../lib/protocol/packets/room_video.ts";
import { golden, type GoldenCase, understood } from "./golden.ts";

const RUN = "d-room-video";
const SERVER = "10.78.0.1";
const PORT = 2096;

export const ROOM_VIDEO_CASES: readonly GoldenCase[] = [
  golden(startPublishVideo, { gid: 50001 }, "0000c351", RUN),
  golden(stopPublishVideo, { gid: 50001 }, "0000c351", RUN),
  golden(
    viewVideo,
    { uid: 1000002, gid: 50001 },
    "000f4242 0000c351",
    RUN,
  ),
  golden(
    stopViewVideo,
    { uid: 1000004, gid: 50001 },
    "000f4244 0000c351",
    RUN,
  ),
  understood(
    stopViewVideo,
    { uid: 1000004, gid: 50001 },
    "000f4244 ffffc351",
    RUN,
  ),
  golden(
    roomVideo,
    { gid: 50001, uid: 1000002, state: CAMERA.on },
    "0000c351 000f4242 0002",
    RUN,
  ),
  golden(
    roomVideo,
    { gid: 50001, uid: 1000002, state: CAMERA.off },
    "0000c351 000f4242 0000",
    RUN,
  ),
  golden(
    videoPublishTo,
    { gid: 50001, address: SERVER, videoPort: PORT },
    "0000c351 0a4e0001 0830",
    RUN,
  ),
  golden(videoPause, {}, "", RUN),
  golden(
    videoViewFrom,
    { uid: 1000002, gid: 50001, address: SERVER, videoPort: PORT },
    "000f4242 0000c351 00000001 0a4e0001 0830",
    RUN,
  ),
  golden(videoUnused, { gid: 50001 }, "0000c351", RUN),
];
