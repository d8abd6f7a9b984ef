import assert from "node:assert/strict";
import { catchTheUncaught, EXIT_CRASHED } from "./last_resort.ts";

type Line = [message: string, fields: Readonly<Record<string, unknown>>];

function watched() {
  const lines: Line[] = [];
  const ends: [string, number][] = [];
  const exits: number[] = [];
  const quiet = () => {};
  const release = catchTheUncaught({
    log: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (message, fields = {}) => lines.push([message, fields]),
    },
    doing: () => "packet IM_OUT of session 3",
    end: (reason, code) => Promise.resolve(void ends.push([reason, code])),
    exit: (code) => exits.push(code),
  });
  return { lines, ends, exits, release };
}

function throwUncaught(error: Error): boolean {
  const event = new ErrorEvent("error", { error, cancelable: true });
  globalThis.dispatchEvent(event);
  return event.defaultPrevented;
}

Deno.test("catchTheUncaught() logs the error with the current task, and ends the server", () => {
  const { lines, ends, exits, release } = watched();
  assert.equal(throwUncaught(new Error("a fault")), true);
  release();
  const [[message, fields] = ["", {}]] = lines as [Line];
  assert.equal(message, "uncaught error in the core");
  assert.equal(fields.doing, "packet IM_OUT of session 3");
  assert.match(String(fields.error), /a fault/);
  assert.deepEqual(ends, [["internal error", EXIT_CRASHED]]);
  assert.deepEqual(exits, []);
});

Deno.test("catchTheUncaught() handles unhandled rejections", () => {
  const { lines, ends, release } = watched();
  const event = new PromiseRejectionEvent("unhandledrejection", {
    promise: Promise.resolve(),
    reason: new Error("nobody waits"),
    cancelable: true,
  });
  globalThis.dispatchEvent(event);
  release();
  assert.equal(event.defaultPrevented, true);
  assert.match(String(lines[0]?.[1].error), /nobody waits/);
  assert.equal(ends.length, 1);
});

Deno.test("catchTheUncaught() ends the process at a second error, which ending did not survive", () => {
  const { ends, exits, release } = watched();
  throwUncaught(new Error("one"));
  throwUncaught(new Error("two"));
  release();
  assert.equal(ends.length, 1);
  assert.deepEqual(exits, [EXIT_CRASHED]);
});
