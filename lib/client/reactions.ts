/**
 * The packets that the real client sends automatically when one arrives.
 *
 * @module
 */
import type { Frame } from "../protocol/frame.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import { SERVER_TYPES } from "../protocol/packet_types.ts";
import { imIn } from "../protocol/packets/messages.ts";
import {
  roomClosed,
  roomJoined,
  roomMediaServer,
} from "../protocol/packets/rooms.ts";
import {
  CAMERA,
  roomVideo,
  videoPause,
  videoPublishTo,
} from "../protocol/packets/room_video.ts";
import { maintenanceKick, serverError } from "../protocol/packets/system.ts";
import type { Connection } from "./connection.ts";
import { sendChecksums } from "./sign_on.ts";
import type { ClientState } from "./state.ts";
import type { VideoPort } from "./video_port.ts";
import type { VoicePort } from "./voice_port.ts";

/** The parts of a client that packets act on. */
export interface Reacting {
  readonly state: Pick<ClientState, "isStranger">;
  readonly voice: Pick<VoicePort, "enter">;
  readonly video: Pick<VideoPort, "sendTo" | "pause" | "cameraOff">;
  introduce(connection: Connection, uid: number): void;
  windowClosed(connection: Connection, gid: number): void;
  signOff(): Promise<void>;
  close(): Promise<void>;
}

type Reaction = (
  client: Reacting,
  connection: Connection,
  frame: Frame,
) => void;

function on<T>(
  packet: Packet<T>,
  react: (client: Reacting, connection: Connection, value: T) => void,
): [number, Reaction] {
  return [packet.type, (client, connection, frame) => {
    const value = packet.parse(frame.payload);
    if (!(value instanceof Malformed)) react(client, connection, value);
  }];
}

const REACTIONS: ReadonlyMap<number, Reaction> = new Map([
  [
    SERVER_TYPES.USER_DATA.type,
    (_client: Reacting, connection: Connection) => {
      sendChecksums(connection).catch(() => {});
    },
  ],
  on(imIn, (client, connection, { from }) => {
    if (client.state.isStranger(from)) client.introduce(connection, from);
  }),
  on(roomClosed, (client, connection, { gid }) => {
    client.windowClosed(connection, gid);
  }),
  // "Paltalk Closing": the client signs off and exits.
  on(serverError, (client) => void client.signOff().catch(() => {})),
  // The client exits without signing off.
  on(maintenanceKick, (client) => void client.close()),
  on(roomJoined, (client, _connection, { gid }) => client.voice.enter(gid)),
  on(videoPublishTo, (client, _connection, { gid, address, videoPort }) => {
    client.video.sendTo(gid, address, videoPort);
  }),
  on(videoPause, (client) => client.video.pause()),
  on(roomVideo, (client, _connection, { uid, state }) => {
    if (state === CAMERA.off) client.video.cameraOff(uid);
  }),
  on(roomMediaServer, (client, _connection, { gid }) => {
    client.voice.enter(gid);
  }),
]);

/** Called for each frame, after the client has learnt from it. */
export function react(
  client: Reacting,
  connection: Connection,
  frame: Frame,
): void {
  REACTIONS.get(frame.type)?.(client, connection, frame);
}
