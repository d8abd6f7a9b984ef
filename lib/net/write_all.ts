/**
 * Writes to a stream that may accept only a part at a time.
 *
 * @module
 */

export async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await stream.write(at === 0 ? bytes : bytes.subarray(at));
  }
}
