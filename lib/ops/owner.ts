/**
 * Sets the owner of files that a command run as root leaves behind.
 *
 * @module
 */
import { closeSync, constants, fchownSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Gives a file or folder that root has just made to the owner of the folder it
 * is in (or of `like`), so that a service running as another user can still use its data. For
 * any other user, and on Windows, it does nothing.
 *
 * The change goes through an open file: a symbolic link put in its place would
 * otherwise let that user have any file of the system.
 */
export function keepOwner(path: string, like = dirname(path)): void {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return;
  const { uid, gid } = Deno.statSync(like);
  if (uid === null || gid === null || (uid === 0 && gid === 0)) return;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      fchownSync(file, uid, gid);
    } finally {
      closeSync(file);
    }
  } catch {
    // File systems without owners (exFAT, shared folders) refuse a change.
  }
}
