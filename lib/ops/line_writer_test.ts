import { equal, match } from "node:assert/strict";
import { LineWriter } from "./line_writer.ts";

Deno.test("LineWriter writes all, in order, through short writes", async () => {
  const got: number[] = [];
  const writer = new LineWriter({
    write(bytes) {
      const n = Math.min(3, bytes.length);
      got.push(...bytes.subarray(0, n));
      return Promise.resolve(n);
    },
  });
  for (let i = 0; i < 50; i++) writer.write(`line ${i}\n`);
  await writer.flush();
  const text = new TextDecoder().decode(new Uint8Array(got));
  equal(text, Array.from({ length: 50 }, (_, i) => `line ${i}\n`).join(""));
});

Deno.test("LineWriter drops lines that do not fit and reports it", async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => open = resolve);
  let text = "";
  const writer = new LineWriter({
    async write(bytes) {
      await gate;
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  }, 100);
  writer.write("first\n");
  await Promise.resolve();
  await Promise.resolve();
  for (let i = 0; i < 40; i++) writer.write("0123456789\n");
  open();
  await writer.flush();
  match(
    text,
    /^first\n(0123456789\n){9}\(31 lines of the log were lost here\)\n$/,
  );
});

Deno.test("LineWriter survives a stream that is no longer read", async () => {
  const writer = new LineWriter({
    write: () => Promise.reject(new Deno.errors.BrokenPipe()),
  });
  writer.write("x\n");
  await writer.flush();
  writer.write("y\n");
  await writer.flush();
});
