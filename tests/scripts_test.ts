/** Every script prints its usage, and refuses unknown options. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

async function run(script: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // Some import packages of tests.
    args: ["run", "-A", "--lock=tests/deno.lock", script, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

const tasks: Record<string, string> = JSON.parse(
  await Deno.readTextFile(`${ROOT}/deno.json`),
).tasks;

for (const [name, line] of Object.entries(tasks)) {
  const script = /\bscripts\/\S+\.ts/.exec(line)?.[0];
  if (script === undefined) continue;
  Deno.test(`deno task ${name} answers --help`, async () => {
    const help = await run(script, "--help");
    equal(help.code, 0, help.err);
    match(help.out, /deno task/);
    const wrong = await run(script, "--no-such-option");
    equal(wrong.code !== 0, true);
    doesNotMatch(wrong.err, /\n\s+at /);
  });
}
