/**
 * The wall clock of a real server process steps: NTP after boot, or a resumed
 * virtual machine. libfaketime moves the wall clock but not the monotonic
 * clock.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FIRST_UID, runCli, RunningCli } from "../support/server.ts";
import { PASSWORD, Peer } from "./support/peer.ts";

const LIBRARY = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
].find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

const STEPS = { "35 minutes ahead": "+35m", "25 hours back": "-25h" };

for (const [name, step] of Object.entries(STEPS)) {
  Deno.test(`the system's clock steps ${name}: sessions stay and the right password gets in`, async () => {
    if (LIBRARY === undefined) {
      // deno-lint-ignore no-console -- a test that is skipped says so
      console.log("skipped: libfaketime is not installed");
      return;
    }
    const folder = await Deno.makeTempDir({ prefix: "retropal-faketime-" });
    const data = `${folder}/data`;
    const clock = `${folder}/clock`;
    await Deno.writeTextFile(clock, "+0\n");
    try {
      const added = await runCli(
        ["user", "add", "Ann", "--password-stdin", "--data", data],
        `${PASSWORD}\n`,
      );
      assert.equal(added.code, 0, added.err);
      await using server = new RunningCli(
        // deno-fmt-ignore
        [
          "serve", "--data", data, "--bind", "127.0.0.1", "--chat-port", "0",
          "--voice-port", "0", "--video-port", "0", "--no-web",
        ],
        { "limits.signon_seconds": "2" },
        {
          LD_PRELOAD: LIBRARY,
          FAKETIME_DONT_FAKE_MONOTONIC: "1",
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: "1",
        },
      );
      const [, ready = ""] = await server.out.match(
        /^ready (\{.*\})$/m,
        60_000,
      );
      const chat: string = JSON.parse(ready).chat;
      const ann = await (await Peer.connect(chat)).signOn(FIRST_UID);
      // The step must not extend the effect of earlier failures.
      for (let n = 0; n < 3; n++) {
        const guesser = await Peer.connect(chat);
        const offset = await guesser.greet(FIRST_UID);
        await guesser.write(Peer.login(FIRST_UID, "wrong", offset));
        await guesser.refused("LOGIN");
        guesser.close();
      }
      await Deno.writeTextFile(clock, `${step}\n`);
      const isStepped = async () => {
        const silent = await Peer.connect(chat);
        // Deadlines have been checked since, because this connection had one.
        await silent.ended();
        silent.close();
      };
      await isStepped();
      await ann.settled();
      assert.equal(ann.closed, false);
      const again = await (await Peer.connect(chat)).signOn(FIRST_UID);
      await again.settled();
      // Lines of the log show that the clock did step.
      await server.err.match(/(signed on[^]*){2}/, 10_000);
      const line = server.err.text.trim().split("\n").at(-1)!;
      const apart = Date.parse(line.slice(0, 24)) - Date.now();
      assert.ok(Math.abs(apart) > 30 * 60_000, line);
      assert.doesNotMatch(server.err.text, /watchdog|ERROR/);
      again.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
