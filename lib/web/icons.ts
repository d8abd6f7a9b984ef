/**
 * Small inline pictures.
 *
 * @module
 */
import { type Html, trusted } from "./html.ts";

const VOICE = icon(
  "voice",
  "voice room",
  '<rect x="6" y="1.500" width="4" height="8" rx="2"/>' +
    '<path d="M3.500 7.500a4.500 4.500 0 0 0 9 0M8 12v2.500M5.500 14.500h5"/>',
);
const TEXT = icon(
  "text",
  "text room",
  '<path d="M2 3.500h12v7.500H7L4 13.500V11H2zM4.500 6h7M4.500 8.500h5"/>',
);

function icon(name: string, label: string, shapes: string): Html {
  return trusted(
    `<svg class="kind ${name}" viewBox="0 0 16 16" role="img" aria-label="${label}">${shapes}</svg>`,
  );
}

export function roomIcon(voice: boolean): Html {
  return voice ? VOICE : TEXT;
}
