/**
 * Tests whether this server's ports answer at the addresses that clients are
 * given.
 *
 * @module
 */
import type { Status } from "../ops/live.ts";

const PATIENCE_MS = 2000;

export interface PortTest {
  readonly host: string;
  readonly port: number;
  readonly use: "chat" | "voice" | "webcams" | "pages";
  readonly answers: boolean;
}

/** Connects to every TCP port at each address; empty addresses are skipped. */
export async function testPorts(
  hosts: readonly string[],
  { chat, voice, video, web }: Status["endpoints"],
): Promise<PortTest[]> {
  const ports = ([
    ["chat", chat],
    ["voice", voice],
    ["webcams", video],
    ["pages", web],
  ] as const).flatMap(([use, endpoint]) =>
    endpoint === null
      ? []
      : [{ use, port: Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)) }]
  );
  const places = [...new Set(hosts)].filter((host) => host !== "")
    .flatMap((host) => ports.map((one) => ({ host, ...one })));
  return await Promise.all(places.map(async (one) => ({
    ...one,
    answers: await answers(one.host, one.port),
  })));
}

async function answers(hostname: string, port: number): Promise<boolean> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), PATIENCE_MS);
  try {
    (await Deno.connect({ hostname, port, signal: ending.signal })).close();
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
