import assert from "node:assert/strict";
import { InFlight, type Message } from "./in_flight.ts";

const message = (at: number): Message => ({
  to: 1,
  from: 2,
  body: new Uint8Array([at]),
  at,
});
const ats = (lost: ReturnType<InFlight["lost"]>) =>
  lost.map(({ message, again }) => `${message.at}${again ? " again" : ""}`);

/** One message written at 10 s, one at 100 s, one not yet written. */
function three(): InFlight {
  const flight = new InFlight();
  for (const at of [10, 100]) {
    const one = message(at);
    flight.sent(one);
    flight.written(one, 1000 * at);
  }
  flight.sent(message(101));
  return flight;
}

Deno.test("InFlight.lost() gives what a dead client cannot have received", () => {
  const flight = three();
  assert.deepEqual(ats(flight.lost("dead", 500_000, 60_000)), [
    "10 again",
    "100 again",
    "101",
  ]);
  assert.equal(flight.size, 0);
});

Deno.test("InFlight.lost() keeps to the window when the end is unclear", () => {
  assert.deepEqual(ats(three().lost("unclear", 130_000, 60_000)), [
    "100 again",
    "101",
  ]);
});

Deno.test("InFlight.lost() gives only what was not written after a clean end", () => {
  assert.deepEqual(ats(three().lost("clean", 100_000, 60_000)), ["101"]);
});

Deno.test("InFlight.lost() repeats nothing when the window is 0", () => {
  assert.deepEqual(ats(three().lost("dead", 100_000, 0)), ["101"]);
});

Deno.test("InFlight.arrived() counts what was written as arrived", () => {
  const flight = three();
  flight.arrived();
  assert.deepEqual(ats(flight.lost("dead", 100_000, 60_000)), ["101"]);
});

Deno.test("InFlight stays bounded", () => {
  const flight = new InFlight();
  for (let at = 0; at < 1000; at++) flight.written(message(at), at);
  assert.equal(flight.size, 200);
});
