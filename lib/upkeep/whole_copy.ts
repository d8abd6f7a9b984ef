/**
 * Copies a file atomically, in pieces, without blocking the event loop.
 *
 * @module
 */

const PIECE = 262_144;

/**
 * Copies `from` to the new file `to`, which only its owner can read. The disk
 * has it when this resolves; otherwise nothing is left.
 */
export async function copyWhole(
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  const partial = `${to}.partial`;
  if (await exists(to)) throw new Error(`${to} exists already`);
  await remove(partial);
  try {
    await copy(from, partial, signal);
    await Deno.rename(partial, to);
  } catch (error) {
    await remove(partial);
    throw error;
  }
}

async function copy(
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  using source = await Deno.open(from);
  // Must be new, because in a shared folder it could belong to another user.
  using target = await Deno.open(to, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  const piece = new Uint8Array(PIECE);
  for (let count; (count = await source.read(piece)) !== null;) {
    signal?.throwIfAborted();
    for (let at = 0; at < count;) {
      at += await target.write(piece.subarray(at, count));
    }
  }
  await target.sync();
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
