/**
 * The file in the data folder that a server leaves to the next one.
 *
 * @module
 */
import type { Handover } from "../domain/handover.ts";
import { readHandover } from "../domain/handover.ts";
import { logger } from "./log.ts";
import { keepOwner } from "./owner.ts";

/** Throws when it cannot be written; a half written file is never left. */
export function writeHandover(path: string, handover: Handover): void {
  const draft = `${path}.new`;
  // Lockwords of rooms are in it.
  Deno.writeTextFileSync(draft, JSON.stringify(handover), { mode: 0o600 });
  keepOwner(draft);
  Deno.renameSync(draft, path);
}

/** Reads the file and removes it: it is good for one start. */
export function takeHandover(path: string, now: number): Handover | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      logger("server").warn("hand-over file not used", {
        error: String(error),
      });
    }
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const handover = readHandover(value, now);
  if (handover === undefined) {
    logger("server").warn("hand-over file is too old or damaged: not used");
  }
  return handover;
}
