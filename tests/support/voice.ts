/**
 * Shared by the voice tests: waits until the users of a room hear each other.
 *
 * @module
 */
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { NotInTime } from "../../lib/client/mod.ts";

/**
 * Maximum milliseconds for links to be established and floors to be passed on.
 */
const DEADLINE_MS = 15_000;
const BETWEEN_MS = 20;
/** Payload byte that no test uses itself. */
const TUNING = 0xee;
const TUNED = 0xef;

/**
 * Talks until every listener hears it and all of it has arrived: everything
 * heard later was also said later.
 */
export async function tuneIn(
  talker: PaltalkClient,
  ...listeners: PaltalkClient[]
): Promise<void> {
  const deaf = new Set(listeners);
  const deadline = Date.now() + DEADLINE_MS;
  while (deaf.size > 0) {
    if (Date.now() > deadline) throw new Error("not all links came up");
    await talker.voice.talk(TUNING);
    for (const listener of deaf) {
      await listener.voice.hear(talker.uid, BETWEEN_MS).then(
        () => deaf.delete(listener),
        ignoreSilence,
      );
    }
  }
  await talker.voice.talk(TUNED);
  for (const listener of listeners) {
    const channel = await listener.voice.channel();
    await channel.heard.next(
      ({ frame }) => frame.at(-5) === TUNED,
      "the end of tuning in",
    );
    channel.heard.drain();
  }
}

/** Sends frames from `talker` until `listener` hears one of them. */
export async function talkUntilHeard(
  talker: PaltalkClient,
  listener: PaltalkClient,
  fill: number,
): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    await talker.voice.talk(fill);
    const heard = await listener.voice.hear(talker.uid, BETWEEN_MS)
      .catch(ignoreSilence);
    if (heard !== undefined) return;
    if (Date.now() > deadline) throw new Error(`${talker.nickname} is unheard`);
  }
}

function ignoreSilence(error: unknown): undefined {
  if (!(error instanceof NotInTime)) throw error;
}
