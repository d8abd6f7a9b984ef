/**
 * The context in which a page carries out a use case.
 *
 * @module
 */
import type { Acting, Actor } from "../actions/acting.ts";
import type { Site } from "./site.ts";

export function actingOf({ store, live, clock }: Site, actor: Actor): Acting {
  return { store, live, actor, now: clock };
}
