/**
 * Webcams in rooms (docs/protocol.md, "Room video").
 *
 * Pictures travel through the video port (lib/protocol/video_port.ts); these
 * packets tell who publishes, who watches, and where.
 *
 * @module
 */
import {
  type Field,
  fromClient,
  fromServer,
  ipv4,
  u16,
  u32,
} from "../layout.ts";

/** The u16 at offset 16 of ROOM_JOINED: whether the window has a video row. */
export const VIDEO_PANEL = {
  none: 0,
  /**
   * Everybody may publish and watch six pictures; the client then sends no
   * -6150.
   */
  full: 4,
} as const;

/** The camera icon of a member in ROOM_VIDEO. */
export const CAMERA = {
  /** Also closes every open view of the member, which 0140 does not. */
  off: 0,
  on: 2,
} as const;

/**
 * The client sometimes writes a room's number as a sign-extended 16-bit value:
 * FFFFC351 is room 50001 (C351).
 */
const roomNumber: Field<number> = {
  read: (from) => {
    const number = from.u32();
    return number >= 0xffff_8000 ? number & 0xffff : number;
  },
  write: (to, value) => to.u32(value),
};

export const startPublishVideo = fromClient("ROOM_START_PUBLISH_VIDEO", {
  gid: u32,
});
export const stopPublishVideo = fromClient("ROOM_STOP_PUBLISH_VIDEO", {
  gid: u32,
});
/** `uid` is the publisher, and comes first. */
export const viewVideo = fromClient("VIEW_VIDEO", {
  uid: u32,
  gid: roomNumber,
});
export const stopViewVideo = fromClient("STOP_VIEW_VIDEO", {
  uid: u32,
  gid: roomNumber,
});

/** Sets the camera icon of a member: exactly ten bytes. */
export const roomVideo = fromServer("ROOM_VIDEO", {
  gid: u32,
  uid: u32,
  state: u16,
});

/**
 * Tells a publisher where to send pictures. Each one starts a sending loop in
 * the client, so a VIDEO_PAUSE must come between two of them.
 */
export const videoPublishTo = fromServer("VIDEO_PUBLISH_TO", {
  gid: u32,
  address: ipv4,
  videoPort: u16,
});

/** Stops the sending until the next VIDEO_PUBLISH_TO. It has no payload. */
export const videoPause = fromServer("VIDEO_PAUSE", {});

/** With an even flag some clients never connect. */
const ODD = 1;
const oddFlag: Field<void> = {
  read: (from) => void from.u32(),
  write: (to) => to.u32(ODD),
};

/**
 * Whether a viewer's client connects to this port: it compares port - port%19
 * with port - port%23 of the port as a signed 16-bit number.
 */
export function isViewablePort(port: number): boolean {
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) return false;
  const signed = port >= 0x8000 ? port - 0x1_0000 : port;
  return Math.abs(signed) % 437 >= 19;
}

const viewablePort: Field<number> = {
  read: (from) => from.u16(),
  write(to, port) {
    if (!isViewablePort(port)) {
      throw new RangeError(`Clients do not connect to video port ${port}`);
    }
    to.u16(port);
  },
};

/**
 * Tells a viewer where to fetch the pictures of `uid`. A client without an open
 * window of room `gid` never reads its chat connection again.
 */
export const videoViewFrom = fromServer("VIDEO_VIEW_FROM", {
  uid: u32,
  gid: u32,
  flag: oddFlag,
  address: ipv4,
  videoPort: viewablePort,
});

/** Four bytes that the client reads and ignores; no server needs to send it. */
export const videoUnused = fromServer("VIDEO_UNUSED", { gid: u32 });
