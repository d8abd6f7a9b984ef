/** Scripts that start a server leave neither processes nor folders behind. */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SCRIPTS = new URL("../scripts/", import.meta.url);
const LEFTOVERS = new URL("leftovers.ts", SCRIPTS).href;

/**
 * Returns a script that starts a child, creates a folder, prints both, and then
 * runs `end`.
 */
function script(end: string): string {
  return `
import { endsWithScript, temporaryFolder } from "${LEFTOVERS}";
const sleep = new Deno.Command(Deno.execPath(), {
  args: ["eval", "setInterval(() => {}, 1000)"],
  stdin: "null",
  stdout: "null",
  stderr: "null",
});
const child = endsWithScript(sleep.spawn());
const folder = await temporaryFolder("retropal-leftovers-");
console.log(JSON.stringify({ pid: child.pid, folder }));
${end}
`;
}

function isRunning(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
  } catch {
    return false;
  }
  try {
    // A child whose parent has died stays a zombie until it is reaped.
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return Deno.build.os !== "linux";
  }
}

async function run(end: string, signal: Deno.Signal | null) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--ext=ts", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(script(end)));
  await input.close();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n") && signal !== null) child.kill(signal);
  }
  const { code } = await child.status;
  const { pid, folder } = JSON.parse(text);
  const deadline = Date.now() + 10_000;
  while (isRunning(pid) && Date.now() < deadline) {
    await new Promise((go) => setTimeout(go, 20));
  }
  const folderIsThere = await Deno.stat(folder).then(() => true, () => false);
  return { code, running: isRunning(pid), folderIsThere };
}

const gone = { running: false, folderIsThere: false };
const WAIT = "setInterval(() => {}, 1000);";

for (
  const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const
) {
  Deno.test({
    name: `a script that ${signal} ends leaves no child and no folder`,
    ignore: Deno.build.os === "windows",
    async fn() {
      deepEqual(await run(WAIT, signal), { code, ...gone });
    },
  });
}

Deno.test({
  name: "a script that fails leaves no child and no folder",
  ignore: Deno.build.os === "windows",
  async fn() {
    deepEqual(await run('throw new Error("failed");', null), {
      code: 1,
      ...gone,
    });
  },
});

Deno.test({
  name: "a script that ends by itself leaves no child and no folder",
  ignore: Deno.build.os === "windows",
  async fn() {
    deepEqual(await run("Deno.exit(0);", null), { code: 0, ...gone });
  },
});

/** A child that is not awaited immediately must be registered. */
Deno.test("every script registers the processes it leaves running", async () => {
  const wrong: string[] = [];
  async function look(folder: URL): Promise<void> {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory) await look(new URL(`${entry.name}/`, folder));
      if (!entry.name.endsWith(".ts")) continue;
      const file = new URL(entry.name, folder);
      const text = await Deno.readTextFile(file);
      for (const found of text.matchAll(/\.spawn\(\)(?!\.status)/g)) {
        const statement = text.slice(0, found.index).split(";").at(-1) ?? "";
        if (!statement.includes("endsWithScript(")) {
          wrong.push(fileURLToPath(file));
        }
      }
    }
  }
  await look(SCRIPTS);
  equal(wrong.join("\n"), "");
});
