/**
 * Yielding to the event loop. Awaiting something that is ready continues at
 * once, before any other socket or timer gets its turn, so a loop over a busy
 * socket must yield explicitly.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Resolves when all other work that is ready has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((go) => void setImmediate(go));
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((go) => void setTimeout(go, ms));
}
