/**
 * Asks an address which release is the newest. Nothing is sent but the request
 * itself, and nothing is installed.
 *
 * @module
 */
import * as v from "valibot";

/** A release as an address describes it. */
export interface Release {
  readonly version: string;
  /** A page for people; undefined when the address names none. */
  readonly page: string | undefined;
}

/** The answer cannot be had or read; the message is for the host. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

const TIMEOUT_MS = 10_000;
/** GitHub's description of a release has less than 30 kB. */
const MAX_BYTES = 262_144;

const VERSION = v.pipe(
  v.string(),
  v.regex(/^v?\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.-]{1,64})?$/),
);
const PAGE = v.optional(v.pipe(v.string(), v.url(), v.maxLength(2000)));
/** A file of our own, or GitHub's "latest release". */
const ANSWER = v.union([
  v.object({ version: VERSION, url: PAGE }),
  v.object({ tag_name: VERSION, html_url: PAGE }),
]);

/**
 * Returns the newest release by the JSON at `url`: `{"version": "1.2.3"}`, or
 * what GitHub answers at /repos/OWNER/NAME/releases/latest.
 *
 * @throws {NoAnswer} when it cannot be fetched or read
 */
export async function newestRelease(url: string): Promise<Release> {
  const text = await fetchText(url);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new NoAnswer(`${url} does not answer with JSON.`);
  }
  const read = v.safeParse(ANSWER, json);
  if (!read.success) throw new NoAnswer(`${url} names no release.`);
  const answer = read.output;
  return "version" in answer
    ? { version: bare(answer.version), page: answer.url }
    : { version: bare(answer.tag_name), page: answer.html_url };
}

const bare = (version: string) => version.replace(/^v/, "");

async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json", "user-agent": "retropal" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new NoAnswer(`${url} answers ${response.status}.`);
    }
    return await readAtMost(response, MAX_BYTES);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    const late = error instanceof Error && error.name === "TimeoutError";
    throw new NoAnswer(
      late
        ? `${url} did not answer within ${TIMEOUT_MS / 1000} seconds.`
        : `${url} cannot be reached.`,
    );
  }
}

async function readAtMost(response: Response, limit: number): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > limit) throw new NoAnswer("The answer is too long.");
    parts.push(part);
  }
  return await new Blob(parts).text();
}

/**
 * Whether `a` is a later release than `b`, by semantic versioning; a
 * pre-release comes before its release.
 */
export function isNewer(a: string, b: string): boolean {
  const [numbersA, preA] = parts(a);
  const [numbersB, preB] = parts(b);
  for (let i = 0; i < 3; i++) {
    const difference = (numbersA[i] ?? 0) - (numbersB[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  if (preA === "" || preB === "") return preA === "" && preB !== "";
  return preA.localeCompare(preB, "en", { numeric: true }) > 0;
}

function parts(version: string): [numbers: number[], pre: string] {
  const [core = "", ...pre] = version.split("-");
  return [core.split(".").map(Number), pre.join("-")];
}
