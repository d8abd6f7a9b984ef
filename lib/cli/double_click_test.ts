import { equal, match } from "node:assert/strict";
import { isDoubleClick, runFromDoubleClick } from "./double_click.ts";
import type { Terminal } from "./terminal.ts";

Deno.test("isDoubleClick() is for the compiled program on Windows alone", () => {
  const windows = { os: "windows", standalone: true };
  equal(isDoubleClick([], windows), true);
  equal(isDoubleClick(["status"], windows), false);
  equal(isDoubleClick([], { os: "linux", standalone: true }), false);
  equal(isDoubleClick([], { os: "windows", standalone: false }), false);
});

Deno.test("a start that fails stays on the screen until Enter", async () => {
  const lines: string[] = [];
  const questions: string[] = [];
  const terminal: Terminal = {
    interactive: true,
    // Fails before any file is created.
    env: { RETROPAL_SERVER_CHAT_PORT: "no port" },
    execPath: Deno.execPath(),
    out: () => {},
    err: (line) => void lines.push(line),
    progress: () => {},
    readAll: () => Promise.resolve(""),
    ask(question) {
      questions.push(question);
      return Promise.resolve("");
    },
  };
  equal(await runFromDoubleClick(terminal), 1);
  match(lines.join("\n"), /server\.chat_port/);
  equal(questions.length, 1);
});
