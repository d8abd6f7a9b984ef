/**
 * Adds up what several processes have counted.
 *
 * @module
 */

/**
 * Returns both in one: numbers are added, lists joined, and objects summed key
 * by key. Anything else is that of the first.
 */
export function summed<T>(first: T, second: T): T {
  if (typeof first === "number" && typeof second === "number") {
    return first + second as T;
  }
  if (Array.isArray(first) && Array.isArray(second)) {
    return [...first, ...second] as T;
  }
  if (!isObject(first) || !isObject(second)) return first;
  const sum: Record<string, unknown> = { ...second, ...first };
  for (const key of Object.keys(sum)) {
    if (key in first && key in second) {
      sum[key] = summed(first[key], second[key]);
    }
  }
  return sum as T;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
