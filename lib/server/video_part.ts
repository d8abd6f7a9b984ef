/**
 * The video server, connected to the rooms of the chat server.
 *
 * @module
 */
import { showCamera, signalCameras } from "../chat/cameras.ts";
import { logger } from "../ops/log.ts";
import { videoLimits } from "../video/limits.ts";
import { startVideo, type VideoServer } from "../video/server.ts";
import type { ChatPart } from "./chat_part.ts";
import type { Core } from "./core.ts";

export class VideoPart implements AsyncDisposable {
  readonly server: VideoServer;

  /** Opens the video port. Throws CannotListen. */
  constructor(
    { world, config, steady }: Core,
    { server: chat }: ChatPart,
  ) {
    const { server } = config.current;
    const { cameras } = world;
    this.server = startVideo({
      bind: server.bind,
      port: server.video_port,
      cameras,
      log: logger("video"),
      limits: videoLimits(() => config.current),
      clock: steady,
      isUncounted: (address) => chat.admission.isUncounted(address),
      onFirstPicture: (camera) => chat.act((ctx) => showCamera(ctx, camera)),
      onTick: () => {
        if (cameras.size > 0) chat.act(signalCameras);
      },
    });
    chat.video = this.server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }
}
