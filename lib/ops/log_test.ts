import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  configureLog,
  flushLog,
  logger,
  recentErrors,
  setLogLevel,
  signOnRefused,
} from "./log.ts";

function captured(format: "text" | "json", run: () => void): string[] {
  const lines: string[] = [];
  configureLog({ level: "info", format, write: (line) => lines.push(line) });
  run();
  return lines;
}

Deno.test("logger() writes a line for people", () => {
  const [line] = captured("text", () => {
    logger("chat").info("signed on", { nickname: "Ann Lee", uid: 1000002 });
  });
  match(
    line ?? "",
    /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {4}chat: signed on nickname="Ann Lee" uid=1000002\n$/,
  );
});

Deno.test("logger() writes a JSON object a line", () => {
  const [line] = captured("json", () => {
    logger("voice").error("{brace} kept", { frames: 3 });
  });
  const { time, ...rest } = JSON.parse(line ?? "");
  ok(!Number.isNaN(Date.parse(time)));
  deepEqual(rest, {
    level: "error",
    category: "voice",
    message: "{brace} kept",
    frames: 3,
  });
});

Deno.test("logger() cannot be made to write a second line or a false field", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    for (const format of ["text", "json"] as const) {
      const lines = captured(format, () => {
        logger("chat").warn("odd", { nickname: value, after: 1 });
      });
      equal(lines.length, 1);
      equal(lines[0]?.split(/[\n\r\u2028\u2029]/).length, 2);
      if (format === "text") match(lines[0] ?? "", / after=1\n$/);
      else equal(JSON.parse(lines[0] ?? "").nickname, value.toWellFormed());
    }
  }));
});

Deno.test("setLogLevel() takes effect immediately and errors are kept", () => {
  const lines = captured("text", () => {
    setLogLevel("error");
    logger("chat").warn("quiet", { n: 1 });
    logger("chat").error("loud");
  });
  equal(lines.length, 1);
  deepEqual(
    recentErrors().slice(-2).map((one) => one.message),
    ["quiet n=1", "loud"],
  );
});

Deno.test("signOnRefused() has the form that fail2ban's filter looks for", () => {
  const filter = /^\S+ WARNING\s+auth: sign-on refused address=(\S+) nickname=/;
  const [line] = captured("text", () =>
    signOnRefused(logger("auth"), {
      address: "203.0.113.9",
      nickname: "x address=8.8.8.8\nroot",
      reason: "wrong password",
    }));
  equal(filter.exec(line ?? "")?.[1], "203.0.113.9");
});

Deno.test("configureLog() also writes a file and begins a new one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    configureLog({
      level: "info",
      format: "text",
      write: () => {},
      file: { path: `${folder}/a.log`, maxBytes: 10_000, keep: 2 },
    });
    for (let i = 0; i < 400; i++) {
      logger("x").info("a line of some length", { i });
    }
    await flushLog();
    const names = [...Deno.readDirSync(folder)].map((one) => one.name).sort();
    deepEqual(names, ["a.log", "a.log.1", "a.log.2"]);
    match(Deno.readTextFileSync(`${folder}/a.log`), /i=399\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
