import { deepEqual, equal } from "node:assert/strict";
import { dirname } from "node:path";
import { LogFile } from "./log_file.ts";

async function withFolder(work: (path: string) => void | Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "retropal-log-" });
  try {
    await work(`${folder}/retropal.log`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("LogFile begins a new file when one is full and keeps a few", async () => {
  await withFolder((path) => {
    using file = new LogFile({ path, maxBytes: 10, keep: 2 });
    for (let i = 0; i < 9; i++) file.write(`line${i}\n`);
    const read = (suffix: string) => Deno.readTextFileSync(path + suffix);
    deepEqual([read(""), read(".1"), read(".2")], [
      "line8\n",
      "line7\n",
      "line6\n",
    ]);
    equal([...Deno.readDirSync(dirname(path))].length, 3);
  });
});

Deno.test("LogFile continues where an earlier process stopped", async () => {
  await withFolder((path) => {
    Deno.writeTextFileSync(path, "before\n");
    using file = new LogFile({ path, maxBytes: 100, keep: 2 });
    file.write("after\n");
    equal(Deno.readTextFileSync(path), "before\nafter\n");
  });
});

Deno.test("LogFile.reopen() writes to a new file after a move", async () => {
  await withFolder((path) => {
    using file = new LogFile({ path, maxBytes: 100, keep: 2 });
    file.write("one\n");
    Deno.renameSync(path, `${path}.moved`);
    file.write("two\n");
    file.reopen();
    file.write("three\n");
    equal(Deno.readTextFileSync(`${path}.moved`), "one\ntwo\n");
    equal(Deno.readTextFileSync(path), "three\n");
  });
});

Deno.test("LogFile reports once that it cannot write, and tries again", async () => {
  await withFolder(async (path) => {
    const errors: unknown[] = [];
    using file = new LogFile({
      path,
      maxBytes: 10,
      keep: 1,
      onError: (error) => errors.push(error),
    });
    file.write("12345678\n");
    // Rotation fails: a folder that is not empty has the other name.
    await Deno.mkdir(`${path}.1/x`, { recursive: true });
    file.write("lost1\n");
    file.write("lost2\n");
    equal(errors.length, 1);
    await Deno.remove(`${path}.1`, { recursive: true });
    file.write("kept\n");
    equal(Deno.readTextFileSync(path), "kept\n");
  });
});

Deno.test("LogFile begins a new file after some days and removes old ones", async () => {
  await withFolder((path) => {
    const start = Date.now();
    let ahead = 0;
    using file = new LogFile({
      path,
      maxBytes: 1000,
      keep: 5,
      maxMs: 1000,
      now: () => start + ahead,
    });
    const names = () =>
      [...Deno.readDirSync(dirname(path))].map(({ name }) => name).sort();
    const touch = (file: string) => {
      const at = (start + ahead) / 1000;
      Deno.utimeSync(file, at, at);
    };
    file.write("one\n");
    ahead = 900;
    file.write("two\n");
    touch(path);
    deepEqual(names(), ["retropal.log"]);
    ahead = 1100;
    file.write("three\n");
    touch(path);
    file.sweep();
    deepEqual(names(), ["retropal.log", "retropal.log.1"]);
    equal(Deno.readTextFileSync(`${path}.1`), "one\ntwo\n");
    ahead = 2050;
    // Also when nothing more is written.
    file.sweep();
    deepEqual(names(), ["retropal.log"]);
    equal(Deno.readTextFileSync(path), "three\n");
    ahead = 2200;
    file.sweep();
    equal(Deno.readTextFileSync(path), "");
    deepEqual(names(), ["retropal.log"]);
  });
});
