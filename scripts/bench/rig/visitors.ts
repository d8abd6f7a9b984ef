/**
 * Users who come and go while others talk: each signs on like the real client,
 * searches, leaves a message for an offline user, and signs off.
 *
 * @module
 */
import { PaltalkClient } from "../../../lib/client/mod.ts";
import { FIRST_UID, PASSWORD, type Retropal } from "./servers.ts";

export interface Visits {
  readonly done: number;
  readonly failed: number;
  /** Milliseconds from the first connection to the end of the sign-on. */
  readonly signOnMs: readonly number[];
}

export interface VisitorOptions {
  readonly perSecond: number;
  /** Index of the first account; these accounts are used by nobody else. */
  readonly from: number;
  readonly count: number;
}

/** Starts visits until `stop` is called, which returns the results. */
export function receiveVisitors(
  server: Retropal,
  { perSecond, from, count }: VisitorOptions,
): { stop(): Promise<Visits> } {
  const signOnMs: number[] = [];
  const under = new Set<Promise<void>>();
  let next = 0;
  let failed = 0;
  const timer = setInterval(() => {
    // Half of the accounts visit; the other half stays offline.
    const index = from + next++ % (count / 2);
    const away = FIRST_UID + index + count / 2;
    const visit: Promise<void> = visitOnce(server, index, away)
      .then((ms) => void signOnMs.push(ms), () => void failed++)
      .finally(() => under.delete(visit));
    under.add(visit);
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(under);
      return { done: signOnMs.length, failed, signOnMs };
    },
  };
}

async function visitOnce(
  server: Retropal,
  index: number,
  away: number,
): Promise<number> {
  const began = performance.now();
  const client = await PaltalkClient.signOn({
    host: "127.0.0.1",
    port: server.chatPort,
    nickname: `bench${index}`,
    password: PASSWORD,
  });
  const took = performance.now() - began;
  await client.people.search({ nickname: `bench${index % 100}` });
  await client.people.im(away, "see you tomorrow");
  await client.settle();
  await client.signOff();
  return took;
}
