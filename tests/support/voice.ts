/**
 * What the voice tests share: people in a room who surely hear each other.
 *
 * @module
 */
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { NotInTime } from "../../lib/client/mod.ts";

/** Longest time that links may take to be there, and floors to pass on. */
const DEADLINE_MS = 15_000;
const BETWEEN_MS = 20;
/** A fill that no test uses for what it looks at. */
const TUNING = 0xee;
const TUNED = 0xef;

/**
 * Talks until every listener hears, then until all of it has arrived: what is
 * heard from here on was said from here on.
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

/** Frames that `talker` says until `listener` hears one of his. */
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
