/** Scheduling of received voice packets on the page /chat. */
import { equal, ok } from "node:assert/strict";
import { Talk } from "../../web/chat/voice/talk.ts";

const PACKET_S = 0.08;

/** Returns the delay before a packet that arrives at `now` is played. */
function delay(talk: Talk, now: number): number {
  return talk.schedule(now, PACKET_S)! - now;
}

Deno.test("an even line is played without gaps, 120 ms late", () => {
  const talk = new Talk();
  for (let i = 0; i < 50; i++) {
    const late = delay(talk, 1 + i * PACKET_S);
    ok(Math.abs(late - 0.12) < 1e-6, `${late}`);
  }
});

Deno.test("two who speak at once do not wait for each other", () => {
  const talks = [new Talk(), new Talk()];
  for (let i = 0; i < 100; i++) {
    for (const talk of talks) {
      ok(Math.abs(delay(talk, 1 + i * PACKET_S) - 0.12) < 1e-6);
    }
  }
});

Deno.test("an uneven line is played later, and sooner again when it is even", () => {
  const talk = new Talk();
  equal(Math.round(1000 * delay(talk, 1)), 120);
  // The buffer runs empty within a sentence.
  const late = delay(talk, 1.3);
  ok(late > 0.15 && late < 0.5, `${late}`);
  for (let i = 0; i < 400; i++) delay(talk, 2 + i);
  equal(Math.round(1000 * delay(talk, 500)), 120);
});

Deno.test("a listener who is far behind skips, and falls no further", () => {
  const talk = new Talk();
  const played = Array.from({ length: 100 }, () => talk.schedule(1, PACKET_S))
    .filter((at) => at !== undefined);
  ok(Math.max(...played) < 3.1);
  ok(played.length < 30);
  equal(Math.round(1000 * delay(talk, 10)), 120);
});
