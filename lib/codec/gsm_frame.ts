/**
 * The 33 bytes of a GSM 06.10 frame as they travel in RTP (payload type 3):
 * a signature of four bits, then 76 parameters of two to seven bits, each with
 * its most significant bit first.
 *
 * @module
 */

/** Bytes of one encoded frame. */
export const FRAME_BYTES = 33;

/** Parts of a frame that are coded one after the other, 5 ms each. */
export const SUBFRAMES = 4;

/** Coefficients of the short-term filter. */
export const COEFFICIENTS = 8;

/** Pulses of the excitation in one subframe. */
export const PULSES = 13;

/** Parameters of one subframe: lag, gain, grid, block maximum and pulses. */
export const SUBFRAME_PARAMETERS = 4 + PULSES;

const PARAMETERS = COEFFICIENTS + SUBFRAMES * SUBFRAME_PARAMETERS;
const SIGNATURE = 0xd;

const WIDTHS: readonly number[] = [
  ...[6, 6, 5, 5, 4, 4, 3, 3],
  ...Array.from({ length: SUBFRAMES }, () => [
    ...[7, 2, 2, 6],
    ...Array.from({ length: PULSES }, () => 3),
  ]).flat(),
];

/** Returns room for the parameters of one frame. */
export function newParameters(): Uint8Array {
  return new Uint8Array(PARAMETERS);
}

/** Packs the parameters of a frame. */
export function packFrame(parameters: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES);
  let [bits, held, at] = [SIGNATURE, 4, 0];
  for (let i = 0; i < PARAMETERS; i++) {
    const width = WIDTHS[i]!;
    bits = bits << width | parameters[i]!;
    held += width;
    while (held >= 8) {
      held -= 8;
      frame[at++] = bits >> held;
    }
    bits &= (1 << held) - 1;
  }
  return frame;
}

/**
 * Reads the parameters of a frame. Returns false, and leaves `parameters` as
 * they are, for bytes that are not a frame.
 */
export function unpackFrame(
  frame: Uint8Array,
  parameters: Uint8Array,
): boolean {
  if (frame.length !== FRAME_BYTES || frame[0]! >> 4 !== SIGNATURE) {
    return false;
  }
  let [bits, held, at] = [frame[0]! & 0xf, 4, 1];
  for (let i = 0; i < PARAMETERS; i++) {
    const width = WIDTHS[i]!;
    while (held < width) {
      bits = bits << 8 | frame[at++]!;
      held += 8;
    }
    held -= width;
    parameters[i] = bits >> held;
    bits &= (1 << held) - 1;
  }
  return true;
}
