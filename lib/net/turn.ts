/**
 * Yielding to the event loop. Awaiting something that is ready continues at
 * once, before any other socket or timer gets its turn, so a loop over a busy
 * socket must yield explicitly.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/**
 * Milliseconds of turns after which the loop rests. The runtime looks for
 * packets on its sockets only when it has nothing else to do, or every 61
 * turns: those who take turn after turn would keep all others out for seconds.
 */
const REST_AFTER_MS = 10;
const REST_MS = 1;
let restedAt = 0;

/** Resolves when all other work that is ready has had its turn. */
export async function nextTurn(): Promise<void> {
  if (performance.now() - restedAt < REST_AFTER_MS) {
    return await new Promise((go) => void setImmediate(go));
  }
  await pause(REST_MS);
  restedAt = performance.now();
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((go) => void setTimeout(go, ms));
}
