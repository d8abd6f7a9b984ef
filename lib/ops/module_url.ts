/**
 * Code for a thread as an address. The compiled program has no file for it and
 * does not find `blob:` addresses; the text itself is in a `data:` address.
 *
 * @module
 */
export function moduleUrl(source: string): string {
  return `data:application/javascript,${encodeURIComponent(source)}`;
}
