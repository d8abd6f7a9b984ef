/**
 * Giving way to others. An await of something that is there already goes on
 * at once, before any other socket or timer has its turn: a loop over a busy
 * socket must give way by itself.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Resolves when everything else that is ready has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((go) => void setImmediate(go));
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((go) => void setTimeout(go, ms));
}
