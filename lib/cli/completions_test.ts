import { deepEqual, equal, ok } from "node:assert/strict";
import { bashCompletions } from "./completions/bash.ts";
import { fishCompletions } from "./completions/fish.ts";
import { zshCompletions } from "./completions/zsh.ts";
import { ALL } from "./main.ts";

/** Returns the words that bash offers; the last word is being completed. */
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

/** Command lines to complete, each with one valid completion. */
const CASES: readonly (readonly [string, string])[] = [
  ["retropal us", "user"],
  ["retropal user pas", "passwd"],
  ["retropal user add Ann --role sup", "superadmin"],
  ["retropal config set server.na", "server.name"],
  ["retropal --data /x config show redirect.h", "redirect.host"],
  ["retropal completions fi", "fish"],
];

async function output(program: string, script: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(program, {
    args: ["-c", script],
    env: { HOME: "/nonexistent", TERM: "dumb" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  equal(said, "");
  return new TextDecoder().decode(stdout);
}

Deno.test("fish completes words, settings and shells", {
  ignore: !await has("fish"),
}, async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, fishCompletions(ALL));
  const asks = ["retropal ", ...CASES.map(([line]) => line)]
    .map((line) => `complete -C'${line}'; echo END`);
  const text = await output("fish", [`source ${file}`, ...asks].join("\n"));
  await Deno.remove(file);
  const [all = "", ...answers] = text.split("END\n");
  ok(all.split("\n").length > 20);
  deepEqual(
    answers.slice(0, -1).map((answer) => answer.split(/[\t\n]/)[0]),
    CASES.map(([, word]) => word),
  );
});

Deno.test("zsh completes words, settings and shells", {
  ignore: !await has("zsh"),
}, async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, zshCompletions(ALL));
  // zsh only completes in an interactive shell with a terminal.
  // What is written before its prompt is lost.
  const script = `zmodload zsh/zpty
zpty z "PS1='GO>' zsh -f -i"
zpty -r -m z x '*GO>*'
zpty -w z 'autoload -U compinit; compinit -u -D; source ${file}; print REA""DY'
zpty -r -m z x '*READY*GO>*'
${
    CASES.map(([line, word]) =>
      `zpty -w -n z ${JSON.stringify(line)}$'\\t\\x15'
zpty -r -m z x '*${word}*' && print ${word}`
    ).join("\n")
  }
zpty -d z`;
  const wanted = CASES.map(([, word]) => word).join("\n");
  const { stdout } = await new Deno.Command("timeout", {
    args: ["60", "zsh", "-f", "-c", script],
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  await Deno.remove(file);
  equal(text, wanted);
});

Deno.test("bash completes words, options and choices", async () => {
  if (!await has("bash")) return;
  for (const [line, word] of CASES) {
    deepEqual(await offered(...line.split(" ")), [word], line);
  }
  ok((await offered("retropal", "")).length > 20);
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
