/**
 * Icons beside a name, drawn as SVG because not every system's fonts have them.
 *
 * @module
 */
import type { ComponentChildren } from "preact";

export type SignName =
  | "speaking"
  | "hand"
  | "red-dot"
  | "camera"
  | "away"
  | "ignored";

const SHAPES: Readonly<Record<SignName, ComponentChildren>> = {
  speaking: (
    <>
      <path d="M1 6h3l4-4v12l-4-4H1z" fill="currentColor" />
      <path d="M10 5q2 3 0 6M12 3q4 5 0 10" />
    </>
  ),
  hand: (
    <path
      d="M4 8V4a1 1 0 0 1 2 0v3V2a1 1 0 0 1 2 0v5V3a1 1 0 0 1 2 0v5V5a1 1 0 0 1 2 0v5q0 5-4 5-3 0-5-5l-1-2q1-1 2 0z"
      fill="currentColor"
    />
  ),
  "red-dot": <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  camera: (
    <>
      <rect x="1" y="4" width="9" height="8" rx="1" fill="currentColor" />
      <path d="M10 8l5-3v6z" fill="currentColor" />
    </>
  ),
  away: <path d="M3 3h6l-6 6h6M10 9h4l-4 5h4" />,
  ignored: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M4 4l8 8" />
    </>
  ),
};

export function Sign({ name, label }: { name: SignName; label: string }) {
  return (
    <span class={`sign ${name}`} role="img" aria-label={label}>
      <svg
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        aria-hidden="true"
      >
        {SHAPES[name]}
      </svg>
    </span>
  );
}
