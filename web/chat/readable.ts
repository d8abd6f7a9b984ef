/**
 * Decides which text colours are too light for a white background.
 *
 * @module
 */

/** Minimum contrast. Pure red, a common choice, has 4.0. */
const LEAST_CONTRAST = 3.9;

/** Returns whether a colour needs a dark background to be readable. */
export function needsDark(color: string): boolean {
  return 1.05 / (luminanceOf(channelsOf(color)) + 0.05) < LEAST_CONTRAST;
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

function luminanceOf(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
