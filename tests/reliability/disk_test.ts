/**
 * The whole program on disks that are full, read-only, damaged or in use: a
 * clear error, no damage, and normal operation when the cause is gone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { runCli, RunningCli } from "../support/server.ts";
import { PASSWORD, Peer, u32 } from "./support/peer.ts";

const FLAGS = [
  "--bind",
  "127.0.0.1",
  "--chat-port",
  "0",
  "--voice-port",
  "0",
  "--video-port",
  "0",
  "--no-web",
];
const READY_MS = 60_000;

async function sh(...args: string[]): Promise<boolean> {
  const [program = "", ...rest] = args;
  try {
    const { success } = await new Deno.Command(program, {
      args: rest,
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** A folder that is its own small disk; possible only for root on Linux. */
class SmallDisk implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async mount(): Promise<SmallDisk | undefined> {
    const folder = await Deno.makeTempDir({ prefix: "retropal-disk-" });
    const mounted = Deno.build.os === "linux" &&
      await sh("mount", "-t", "tmpfs", "-o", "size=8m", "none", folder);
    if (mounted) return new SmallDisk(folder);
    await Deno.remove(folder);
    return undefined;
  }

  get data(): string {
    return join(this.folder, "data");
  }

  async fill(): Promise<void> {
    const file = await Deno.create(join(this.folder, "filler"));
    for (const size of [65_536, 4096, 512]) {
      try {
        for (;;) {
          if (await file.write(new Uint8Array(size)) === 0) break;
        }
      } catch {
        // Full for chunks of this size.
      }
    }
    file.close();
  }

  async free(): Promise<void> {
    await Deno.remove(join(this.folder, "filler"));
  }

  async readOnly(on: boolean): Promise<void> {
    assert.ok(
      await sh("mount", "-o", `remount,${on ? "ro" : "rw"}`, this.folder),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sh("umount", this.folder);
    await Deno.remove(this.folder, { recursive: true });
  }
}

const smallDisks = await (async () => {
  const disk = await SmallDisk.mount();
  await disk?.[Symbol.asyncDispose]();
  return disk !== undefined;
})();

async function withFolder(
  work: (data: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-disk-" });
  try {
    await work(join(folder, "data"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts `serve`. Returns it with its address. */
async function serve(data: string): Promise<{ cli: RunningCli; chat: string }> {
  const cli = new RunningCli(["serve", "--data", data, ...FLAGS]);
  const [, json = ""] = await cli.out.match(/^ready (\{.*\})$/m, READY_MS);
  return { cli, chat: JSON.parse(json).chat };
}

/** Runs `serve`, which must fail. Returns its error. */
async function refusal(data: string): Promise<string> {
  const { code, out, err } = await runCli(["serve", "--data", data, ...FLAGS]);
  assert.equal(code, 1, out + err);
  assert.ok(!out.includes("ready"), out);
  assert.doesNotMatch(err, /\n\s+at /, "a stack trace is no explanation");
  return err;
}

async function addUser(data: string, nickname: string): Promise<number> {
  const { code, out, err } = await runCli(
    ["user", "add", nickname, "--password-stdin", "--data", data],
    `${PASSWORD}\n`,
  );
  assert.equal(code, 0, err);
  return Number(out.match(/\d{7,}/)?.[0]);
}

function intact(data: string): void {
  const db = new DatabaseSync(join(data, "retropal.db"));
  const [found] = db.prepare("PRAGMA integrity_check").all();
  db.close();
  assert.deepEqual({ ...found }, { integrity_check: "ok" });
}

async function end(cli: RunningCli): Promise<void> {
  cli.kill("SIGTERM");
  assert.equal(await cli.code(), 0, cli.err.text);
}

Deno.test({
  name:
    "a disk that fills up while the server runs costs what must be stored, not the talk",
  ignore: !smallDisks,
  async fn() {
    await using disk = (await SmallDisk.mount())!;
    const [ann, absent] = [
      await addUser(disk.data, "Ann"),
      await addUser(disk.data, "Absent"),
    ];
    const bob = await addUser(disk.data, "Bob");
    const { cli, chat } = await serve(disk.data);
    await using _cli = cli;
    const [one, two] = [await Peer.connect(chat), await Peer.connect(chat)];
    await one.signOn(ann);
    await two.signOn(bob);
    await disk.fill();
    const body = "x".repeat(1900);
    let stored = 0;
    for (; stored < 3000; stored++) {
      await one.send("IM_OUT", u32(absent), body);
      await one.settled().catch(() => {});
      if (one.count("FEEDBACK") > 1) break;
    }
    assert.match(await one.refused("IM_OUT"), /cannot store/);
    await one.send("IM_OUT", u32(bob), "can you hear me?");
    await two.expect("NEW_STYLE_IM");
    await disk.free();
    await one.send("IM_OUT", u32(absent), "there is room again");
    await one.settled();
    one.close();
    two.close();
    await end(cli);
    intact(disk.data);
    const db = new DatabaseSync(join(disk.data, "retropal.db"));
    const row = db.prepare("SELECT count(*) AS n FROM offline_messages").get();
    db.close();
    assert.deepEqual({ ...row }, { n: stored + 1 });
  },
});

Deno.test({
  name:
    "a server that starts on a full disk says so, and starts when there is room",
  ignore: !smallDisks,
  async fn() {
    await using disk = (await SmallDisk.mount())!;
    await disk.fill();
    assert.match(await refusal(disk.data), /full|space/i);
    await disk.free();
    const { cli } = await serve(disk.data);
    await using _cli = cli;
    await end(cli);
    intact(disk.data);
  },
});

Deno.test({
  name: "a server on a read-only disk says so and changes nothing",
  ignore: !smallDisks,
  async fn() {
    await using disk = (await SmallDisk.mount())!;
    await addUser(disk.data, "Ann");
    const before = await Deno.readFile(join(disk.data, "retropal.db"));
    await disk.readOnly(true);
    assert.match(
      await refusal(disk.data),
      /read-only|writ(?:ten|able)|Read-only/,
    );
    await disk.readOnly(false);
    assert.deepEqual(
      await Deno.readFile(join(disk.data, "retropal.db")),
      before,
    );
    const { cli } = await serve(disk.data);
    await using _cli = cli;
    await end(cli);
  },
});

Deno.test("a damaged database is told at the start, and left as it is", () =>
  withFolder(async (data) => {
    await addUser(data, "Ann");
    const path = join(data, "retropal.db");
    const bytes = await Deno.readFile(path);
    bytes.fill(0x5a, 4096 + 100, 5 * 4096);
    await Deno.writeFile(path, bytes);
    assert.match(await refusal(data), /damaged.*restore/s);
    assert.deepEqual(await Deno.readFile(path), bytes);
  }));

Deno.test("a file that is no database is told at the start, and left as it is", () =>
  withFolder(async (data) => {
    await Deno.mkdir(data);
    const path = join(data, "retropal.db");
    await Deno.writeTextFile(path, "Dear diary, ".repeat(1000));
    assert.match(
      await refusal(data),
      /no SQLite database|damaged|not a database/,
    );
    assert.match(await Deno.readTextFile(path), /^Dear diary/);
  }));

Deno.test("a second server on the same folder says who is there, and disturbs nothing", () =>
  withFolder(async (data) => {
    const ann = await addUser(data, "Ann");
    const { cli, chat } = await serve(data);
    await using _cli = cli;
    assert.match(await refusal(data), /in use.*serve.*process \d+/s);
    const peer = await (await Peer.connect(chat)).signOn(ann);
    peer.close();
    await end(cli);
  }));
