/**
 * The host's desk: all its pages.
 *
 * @module
 */
import type { App, Site } from "../site.ts";

export function deskPages(_app: App, _site: Site): { close(): void } {
  return { close() {} };
}
