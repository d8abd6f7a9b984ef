/**
 * How much voice and video a line carries.
 *
 * @module
 */

/** Bytes a second of one speaker to one listener, with all headers. */
export const VOICE_BYTES = 2000;
/** Part of the line that is left to everything else. */
const FREE = 0.2;

/** Listeners to one speaker that an uplink of `kbit` per second carries. */
export function listenersOn(kbit: number): number {
  return Math.floor(usable(kbit) / VOICE_BYTES);
}

/** Says in a sentence or two how much an uplink carries. */
export function uplinkText(kbit: number, webcamBytes: number): string {
  const listeners = listenersOn(kbit);
  const webcams = Math.floor(usable(kbit) / webcamBytes);
  return `An uplink of ${kbit} kbit/s carries one speaker to about ` +
    `${listeners} ${
      listeners === 1 ? "listener" : "listeners"
    }, in all rooms ` +
    `together (2 kB/s for each), or about ${webcams} ` +
    `${webcams === 1 ? "view" : "views"} of a webcam at its limit ` +
    `(${Math.round(webcamBytes / 1000)} kB/s for each).`;
}

/** A speaker sends 12.5 packets a second (four GSM frames in each). */
export const VOICE_FRAME_BYTES = VOICE_BYTES / 12.5;

/**
 * Returns the approximate rate in kbit/s of these voice frames and bytes of
 * video.
 */
export function uploadKbit(frames: number, videoBytes: number): number {
  return (frames * VOICE_FRAME_BYTES + videoBytes) * 8 / 1000;
}

function usable(kbit: number): number {
  return kbit * 1000 / 8 * (1 - FREE);
}
