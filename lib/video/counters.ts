/**
 * What the video port counts.
 *
 * @module
 */

/** Why a connection or a picture came to nothing. */
export type VideoRefusal =
  | "not a member with video"
  | "not a request"
  | "wrong digits"
  | "not a sound picture"
  | "too many bytes"
  | "too late"
  | "too many connections";

export class VideoCounters {
  picturesIn = 0;
  picturesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** GETs that were answered with the picture they had already. */
  answeredWithOld = 0;
  /** Pictures that were replaced before a waiting viewer got them. */
  picturesSkipped = 0;
  readonly refused = new Map<VideoRefusal, number>();

  refuse(reason: VideoRefusal): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }
}
