/**
 * Files that the command line writes and reads: links, mounts, old encodings,
 * full disks. Tests that need a mount run only as root.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCli } from "../support/server.ts";

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

async function withFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "retropal-files-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function sh(line: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("sh", {
    args: ["-c", line],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function run(code: number, args: string[], stdin = "") {
  const ran = await runCli(args, stdin);
  assert.equal(ran.code, code, ran.out + ran.err);
  assert.doesNotMatch(ran.err, /os error|\n\s+at |Uncaught/);
  return ran;
}

async function canMount(): Promise<boolean> {
  if (!isRoot) return false;
  const { success } = await new Deno.Command("unshare", {
    args: ["-m", "mount", "-t", "tmpfs", "none", "/mnt"],
  }).output().catch(() => ({ success: false }));
  return success;
}
const mounts = await canMount();

Deno.test("config set keeps a symbolic link and what it leads to", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await withFolder(async (folder) => {
    const data = `${folder}/data`;
    await Deno.mkdir(data);
    await Deno.mkdir(`${folder}/etc`);
    await Deno.writeTextFile(`${folder}/etc/mine.toml`, "# mine\r\n[web]\r\n");
    await Deno.symlink(`${folder}/etc/mine.toml`, `${data}/retropal.toml`);
    await run(0, ["config", "set", "web.port", "81", "--data", data]);
    assert.ok((await Deno.lstat(`${data}/retropal.toml`)).isSymlink);
    assert.equal(
      await Deno.readTextFile(`${folder}/etc/mine.toml`),
      "# mine\r\n[web]\r\nport = 81\r\n",
    );
    assert.equal([...Deno.readDirSync(`${folder}/etc`)].length, 1);
  });
});

Deno.test("config set keeps a file in the encoding of an old editor", async () => {
  await withFolder(async (data) => {
    const path = `${data}/retropal.toml`;
    const ansi = Uint8Array.from(
      '[server]\nname = "Caf\u00e9"\n',
      (letter) => letter.charCodeAt(0),
    );
    await Deno.writeFile(path, ansi);
    await run(0, ["config", "set", "web.port", "81", "--data", data]);
    const bytes = await Deno.readFile(path);
    assert.ok(bytes.includes(0xe9) && !bytes.includes(0xc3));
    const shown = await run(
      0,
      ["config", "show", "server.name", "--data", data],
    );
    assert.match(shown.out, /"Caf\u00e9"/);
  });
});

Deno.test("config set writes a file that is mounted by itself", {
  ignore: !mounts,
}, async () => {
  await withFolder(async (folder) => {
    const [file, data] = [`${folder}/outside.toml`, `${folder}/data`];
    await Deno.mkdir(data);
    await Deno.writeTextFile(file, "[web]\nport = 8000\n# a long comment\n");
    await Deno.writeTextFile(`${data}/retropal.toml`, "");
    await sh(`mount --bind ${file} ${data}/retropal.toml`);
    try {
      await run(0, ["config", "set", "web.port", "81", "--data", data]);
    } finally {
      await sh(`umount ${data}/retropal.toml`);
    }
    assert.equal(
      await Deno.readTextFile(file),
      "[web]\nport = 81\n# a long comment\n",
    );
  });
});

Deno.test("a full disk leaves no file that would block the next try", {
  ignore: !mounts,
}, async () => {
  await withFolder(async (folder) => {
    const [data, full] = [`${folder}/data`, `${folder}/full`];
    await Deno.mkdir(full);
    const people = Array.from({ length: 400 }, (_, i) => ({
      nickname: `Somebody ${i}`,
      password: "secret11",
    }));
    await Deno.writeTextFile(`${folder}/all.json`, JSON.stringify(people));
    await run(0, ["user", "import", `${folder}/all.json`, "--data", data]);
    await sh(`mount -t tmpfs -o size=4k none ${full}`);
    try {
      for (
        const words of [
          ["user", "export", `${full}/all.csv`],
          ["backup", `${full}/copy.db`],
        ]
      ) {
        const ran = await run(1, [...words, "--data", data]);
        assert.match(ran.err, /disk is full/);
        assert.deepEqual([...Deno.readDirSync(full)], [], words.join(" "));
      }
    } finally {
      await sh(`umount ${full}`);
    }
  });
});

Deno.test("files that are written for others follow no symbolic link", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await withFolder(async (folder) => {
    const data = `${folder}/data`;
    const precious = `${folder}/precious`;
    await Deno.writeTextFile(precious, "mine");
    for (const name of ["retropal.reg", "all.csv", "copy.db", "ann.json"]) {
      await Deno.symlink(precious, `${folder}/${name}`);
    }
    await run(
      0,
      ["user", "add", "Ann", "--password-stdin", "--data", data],
      "secret11\n",
    );
    for (
      const line of [
        `client reg --host 192.0.2.1 --out ${folder}`,
        `user export ${folder}/all.csv`,
        `user data Ann --out ${folder}/ann.json`,
        `backup ${folder}/copy.db`,
      ]
    ) {
      await run(1, [...line.split(" "), "--data", data]);
      assert.equal(await Deno.readTextFile(precious), "mine", line);
    }
  });
});

Deno.test("errors of the system are told in sentences", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/file`;
    await Deno.writeTextFile(file, "");
    const cases: [number, string][] = [
      [1, `user list --data ${file}/below`],
      [1, `user add Ann --password-stdin --data ${file}/below`],
      [1, `user import ${folder} --data ${folder}/d`],
      [1, `backup ${file}/x --data ${folder}/d`],
      [1, `inspect ${folder}`],
      [1, `serve --data ${file}`],
    ];
    await run(0, ["room", "add", "Oak", "--data", `${folder}/d`]);
    for (const [code, line] of cases) {
      const ran = await run(code, line.split(" "), "secret11\n");
      assert.equal(ran.err.trim().split("\n").length, 1, line);
    }
    const typo = await run(3, [
      "ban",
      "add",
      "300.1.1.1",
      "--data",
      `${folder}/d`,
    ]);
    assert.match(typo.err, /neither an address nor a network/);
  });
});
