/**
 * Questions at a real terminal: a pseudo-terminal created by Python, because
 * the runtime has none. Skipped without Python.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const DRIVER = `
import json, os, pty, select, sys, time
args, steps = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.execvp(args[0], args)
seen = ""
def read_until(text, seconds):
    global seen
    end = time.time() + seconds
    while text is None or text not in seen:
        if time.time() > end: sys.exit("did not see " + str(text) + " in " + repr(seen))
        if not select.select([fd], [], [], 0.1)[0]: continue
        try: data = os.read(fd, 4096)
        except OSError: return
        if not data: return
        seen += data.decode()
for want, send in steps:
    read_until(want, 60)
    seen = ""
    os.write(fd, send.encode())
read_until(None, 60)
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen]))
`;

const python = await (async () => {
  try {
    const { success } = await new Deno.Command("python3", {
      args: ["-c", "import pty"],
    }).output();
    return success && Deno.build.os === "linux";
  } catch {
    return false;
  }
})();

/** Answers each question when it appears. Returns exit code and last output. */
async function atTerminal(
  words: readonly string[],
  ...steps: readonly [question: string, keys: string][]
): Promise<[code: number, seen: string]> {
  const args = [Deno.execPath(), "run", "-A", MAIN, ...words];
  const { stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", DRIVER, JSON.stringify(args), JSON.stringify(steps)],
    env: { NO_COLOR: "1", RETROPAL_AUTH_SCRYPT_LOG2N: "2" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  equal(text === "", false, new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test("a question can be left, corrected and pasted into at a terminal", {
  ignore: !python,
}, async () => {
  const home = await Deno.makeTempDir({ prefix: "retropal-tty-" });
  const add = ["user", "add", "Ann", "--data", `${home}/data`];
  const first = ["Password: ", "secret11\r"] as const;
  try {
    for (const key of ["\u0003", "\u0004"]) {
      const [code, seen] = await atTerminal(
        add,
        [...first],
        ["Password again: ", key],
      );
      equal(code, 130);
      match(seen, /nothing was changed/);
    }
    const [code, seen] = await atTerminal(
      add,
      ["Password: ", "abc\r"],
      ["too short", "junk\u0015secret11\rsecret11\r"],
    );
    deepEqual([code, seen.includes("1000002")], [0, true], seen);
    const [taken, why] = await atTerminal(add);
    equal(taken, 1);
    match(why, /taken/);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
