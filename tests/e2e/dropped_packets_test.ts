/**
 * A cluster whose connections to NATS lose packets. Requires Linux, root,
 * iptables and a nats-server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { hasNats } from "../support/nats.ts";

const RUN = fileURLToPath(new URL("./lossy/run.ts", import.meta.url));
const LOCK = fileURLToPath(new URL("../deno.lock", import.meta.url));

/** Runs a command in a network namespace of its own. */
async function apart(script: string, ...args: string[]) {
  const { success, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--net", "sh", "-ec", script, "sh", ...args],
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, out: text(stdout), err: text(stderr) };
}

const TRY = "ip link set lo up && iptables -A INPUT -p tcp --dport 1 " +
  "-m statistic --mode random --probability 0.1 -j DROP";

async function whyNot(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "not on Linux";
  if (Deno.uid() !== 0) return "not root";
  if (!await hasNats()) return "no nats-server";
  try {
    return (await apart(TRY)).success ? undefined : "no iptables here";
  } catch {
    return "no unshare here";
  }
}

const obstacle = await whyNot();
// deno-lint-ignore no-console -- tests that are skipped say so
if (obstacle !== undefined) console.log(`skipped: ${obstacle}`);

Deno.test({
  name:
    "packets dropped on the way to NATS: no socket closes, nothing is lost or doubled",
  ignore: obstacle !== undefined,
  async fn() {
    const { success, out, err } = await apart(
      'ip link set lo up; exec "$@"',
      Deno.execPath(),
      ...["run", "-A", "--no-check", `--lock=${LOCK}`, RUN],
    );
    assert.ok(success, `${out}${err}`);
    const { sent, silence } = JSON.parse(out.trim().split("\n").at(-1)!);
    assert.ok(sent > 300, `${sent} lines`);
    // On a busy machine much of it is the machine's.
    assert.ok(silence < 9000, `${silence} ms of silence`);
    // deno-lint-ignore no-console -- the figure for docs/clustering.md
    console.log(`${silence} ms of silence, ${sent} lines`);
  },
});
