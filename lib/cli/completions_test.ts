import { deepEqual, ok } from "node:assert/strict";
import {
  bashCompletions,
  fishCompletions,
  zshCompletions,
} from "./completions.ts";
import { ALL } from "./main.ts";

/** What bash offers after these words; the last one is under the cursor. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${bashCompletions(ALL)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_retropal
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", script],
    cwd: "/",
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((one) =>
    one !== ""
  );
}

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output())
      .success;
  } catch {
    return false;
  }
}

Deno.test("bash completes words, options and choices", async () => {
  if (!await has("bash")) return;
  deepEqual(await offered("retropal", "us"), ["user"]);
  deepEqual(await offered("retropal", "user", "pas"), ["passwd"]);
  deepEqual(await offered("retropal", "user", "add", "Ann", "--ro"), [
    "--role",
  ]);
  deepEqual(
    await offered("retropal", "user", "add", "Ann", "--role", "super"),
    ["superadmin"],
  );
  deepEqual(await offered("retropal", "status", "--w"), ["--watch"]);
});

for (
  const [shell, make] of [["bash", bashCompletions], ["zsh", zshCompletions], [
    "fish",
    fishCompletions,
  ]] as const
) {
  Deno.test(`the completions for ${shell} are no nonsense to it`, async () => {
    const text = make(ALL);
    ok(text.includes("passwd"));
    if (!await has(shell)) return;
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, text);
    const { success, stderr } = await new Deno.Command(shell, {
      args: ["-n", file],
    }).output();
    await Deno.remove(file);
    ok(success, new TextDecoder().decode(stderr));
  });
}
