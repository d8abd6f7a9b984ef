import { deepEqual, ok } from "node:assert/strict";
import { AnswerQueue } from "./answer_queue.ts";

Deno.test("AnswerQueue stays bounded when the reader stops, and reports the dropped lines", async () => {
  const written: string[] = [];
  let open = () => {};
  let gate = new Promise<void>((resolve) => open = resolve);
  const queue = new AnswerQueue(
    {
      async write(bytes) {
        await gate;
        written.push(new TextDecoder().decode(bytes));
        return bytes.length;
      },
    },
    () => {},
    10_000,
  );
  const line = "x".repeat(100);
  for (let n = 0; n < 100_000; n++) queue.emit([line], n);
  ok(queue.waiting < 11_000, `${queue.waiting} bytes wait`);
  open();
  await new Promise((turn) => setTimeout(turn, 1));
  gate = Promise.resolve();
  queue.emit(["last"], null);
  await queue.finish({ result: { code: 0, lines: [], json: null } });
  const answers = written.map((text) => JSON.parse(text));
  const said = answers.find(({ json }) => json?.leftOut > 0);
  const lines = answers.filter(({ json }) => typeof json === "number").length;
  deepEqual(said.json.leftOut + lines, 100_000);
  deepEqual(answers.slice(-2).map((one) => one.lines?.[0] ?? "result"), [
    "last",
    "result",
  ]);
});
