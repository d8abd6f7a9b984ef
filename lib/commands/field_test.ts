import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { duration } from "./duration.ts";
import {
  argument,
  choiceOption,
  flag,
  numberOption,
  option,
  UsageError,
  yesNoOption,
} from "./field.ts";
import { optionName, readInput } from "./read_input.ts";

Deno.test("duration() reads what people write", () => {
  equal(duration("30m"), 1_800_000);
  equal(duration("7D"), 604_800_000);
  equal(duration("1M"), undefined, "months or minutes?");
  equal(duration("1d12h"), 129_600_000);
  equal(duration("forever"), null);
  for (const bad of ["", "30", "m", "-5m", "0m", "7 d", "1e9y", "999999999y"]) {
    equal(duration(bad), undefined, bad);
  }
});

Deno.test("readInput() reads text and JSON alike", () => {
  const fields = {
    nick: argument("NICK", "Who."),
    count: numberOption("N", "How many.", { min: 1, max: 9 }),
    kind: choiceOption(["a", "b"], "Which."),
    deep: flag("Whether."),
    mic: yesNoOption("Whether."),
  };
  const want = { nick: "5", count: 3, kind: "a", deep: true, mic: false };
  deepEqual(
    readInput(fields, {
      nick: "5",
      count: "3",
      kind: "a",
      deep: "true",
      mic: "no",
    }),
    want,
  );
  deepEqual(readInput(fields, { ...want, nick: 5 }), want);
  for (
    const bad of [
      {},
      { nick: "" },
      { nick: "x", count: "10" },
      { nick: "x", count: "1.5" },
      { nick: "x", kind: "c" },
      { nick: "x", deep: "perhaps" },
      { nick: "x", other: 1 },
      { nick: {} },
    ]
  ) throws(() => readInput(fields, bad), UsageError);
});

Deno.test("readInput() throws nothing but UsageError", () => {
  const fields = {
    nick: argument("NICK", "Who."),
    count: numberOption("N", "How many.", { min: 1, max: 9 }),
  };
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (raw) => {
    try {
      readInput(fields, raw);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }));
});

Deno.test("an option for a file or a folder is not empty", () => {
  const out = option("DIR", "Where to.", { completes: "directory" });
  throws(() => out.read("", "--out"), /--out needs the name of a directory\./);
  equal(out.read("x", "--out"), "x");
  equal(option("TEXT", "Anything.").read("", "--text"), "");
});

Deno.test("optionName() is what people type", () => {
  equal(optionName("adminCode"), "--admin-code");
  equal(optionName("role"), "--role");
});
