/**
 * A picture as the relay keeps it: checked, and ready to be sent as it is.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import {
  encodeAnswerHead,
  MAX_PICTURE_BYTES,
  MIN_PICTURE_BYTES,
} from "../protocol/video_port.ts";
import { pictureFault } from "./jpeg.ts";
import { makePicture } from "./sample_picture.ts";

/** A picture with the head of the answer to a GET in front of it. */
export interface Picture {
  readonly answer: Uint8Array;
  /** Where the JPEG begins in the answer. */
  readonly jpegAt: number;
  /** Of this camera: 1, 2, 3, … */
  readonly sequence: number;
}

/** Returns whether the real client shows these bytes without harm. */
export function isPicture(jpeg: Uint8Array): boolean {
  return jpeg.length >= MIN_PICTURE_BYTES && jpeg.length <= MAX_PICTURE_BYTES &&
    pictureFault(jpeg) === undefined;
}

/** `jpeg` must not change afterwards. */
export function toPicture(jpeg: Uint8Array, sequence: number): Picture {
  const head = encodeAnswerHead(jpeg.length);
  return { answer: concat([head, jpeg]), jpegAt: head.length, sequence };
}

/** Sent when a GET has waited and there is no picture at all. */
export const PLACEHOLDER = toPicture(makePicture({ size: 0 }), 0);
