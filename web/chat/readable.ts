/**
 * Makes the colours that writers chose readable on the page's light paper.
 *
 * @module
 */

/** Luminance of the paper behind coloured text (chat.css, `.colored`). */
const PAPER = luminance("#f4f6fb");
/** By WCAG 2, level AA. */
const LEAST_CONTRAST = 4.5;
const DARKER = 0.92;

/** Returns the colour itself, or a darker one of the same hue. */
export function readable(color: string): string {
  let channels = channelsOf(color);
  while (contrast(channels) < LEAST_CONTRAST) {
    channels = channels.map((one) => Math.floor(one * DARKER));
  }
  return `#${
    channels.map((one) => one.toString(16).padStart(2, "0")).join("")
  }`;
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

function contrast(channels: readonly number[]): number {
  return (PAPER + 0.05) / (luminanceOf(channels) + 0.05);
}

function luminance(color: string): number {
  return luminanceOf(channelsOf(color));
}

function luminanceOf(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
