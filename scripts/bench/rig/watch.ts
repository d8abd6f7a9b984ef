/**
 * Observes a server during an operation.
 *
 * @module
 */
import { memoryOf } from "./process.ts";
import type { Retropal } from "./servers.ts";

export interface Watched<T> {
  readonly result: T;
  /** Peak and current memory in MB. */
  readonly peakMb: number;
  readonly rssMb: number;
  /** Resident memory in MB, sampled four times a second. */
  readonly memory: readonly number[];
  /** Highest p99 of any ten seconds, in milliseconds. */
  readonly lagP99Ms: number;
}

const MEMORY_MS = 250;
const STATUS_MS = 1000;

/** Runs `work` while observing the server. */
export async function watch<T>(
  server: Retropal,
  work: () => Promise<T>,
): Promise<Watched<T>> {
  const memory: number[] = [];
  let lagP99Ms = 0;
  const look = async () => {
    const { loopLagMs } = await server.status();
    lagP99Ms = Math.max(lagP99Ms, loopLagMs.p99);
  };
  let pending = Promise.resolve();
  const remember = setInterval(
    () => memory.push(memoryOf(server.pid).rssMb),
    MEMORY_MS,
  );
  const ask = setInterval(() => {
    pending = pending.then(look);
  }, STATUS_MS);
  try {
    const result = await work();
    await pending;
    await look();
    const { rssMb } = memoryOf(server.pid);
    memory.push(rssMb);
    return { result, memory, rssMb, peakMb: Math.max(...memory), lagP99Ms };
  } finally {
    clearInterval(remember);
    clearInterval(ask);
    await pending;
  }
}
