import { deepEqual, equal, match, ok } from "node:assert/strict";
import { decodeFile } from "../ops/file_bytes.ts";
import { Bench } from "../../tests/support/commands/host.ts";

const CSV = `nickname,password,email,role
Ann,secret11,ann@example.org,moderator
"Bob, junior",secret11,,
Cal,abc,,
Ann,secret22,,
Dan,secret11,dan@example.org
Eve,secret11,,king
Fay,secret11,,
`;

Deno.test("user import makes what it can and reports every refused line", async () => {
  await using bench = await Bench.open();
  const result = await bench.run("user import", {
    file: { name: "friends.csv", text: CSV },
  });
  equal(result.code, 1);
  const json = result.json as {
    imported: { nickname: string }[];
    refused: { line: number; why: string }[];
  };
  deepEqual(json.imported.map((one) => one.nickname), ["Ann", "Fay"]);
  deepEqual(json.refused.map((one) => one.line), [3, 4, 5, 6, 7]);
  match(json.refused[0]?.why ?? "", /stumbles over ","/);
  match(json.refused[1]?.why ?? "", /too short/);
  match(json.refused[2]?.why ?? "", /file already contains/);
  match(json.refused[3]?.why ?? "", /more or fewer columns/);
  match(json.refused[4]?.why ?? "", /role is user or/);
  equal(bench.store.accounts.byNickname("Ann")?.role, "moderator");
});

Deno.test("user import --dry-run changes nothing", async () => {
  await using bench = await Bench.open();
  const result = await bench.run("user import", {
    file: {
      name: "a.json",
      text: '[{"nickname":"Ann","password":"secret11"}]',
    },
    dryRun: true,
  });
  equal(result.code, 0);
  match(result.lines.at(-1) ?? "", /1 of 1 would be imported/);
  equal(bench.store.accounts.count(), 0);
});

Deno.test("user import refuses files of another shape with a sentence", async () => {
  await using bench = await Bench.open();
  const files: [string, string, RegExp][] = [
    ["a.csv", "name,password\nAnn,secret11\n", /column "name"; known are nick/],
    ["a.csv", 'nickname,password\n"Ann,x\n', /not valid CSV/],
    ["a.json", "{", /not valid JSON/],
    ["a.json", '{"nickname":"Ann"}', /A JSON file is a list/],
  ];
  for (const [name, text, why] of files) {
    const result = await bench.run("user import", { file: { name, text } });
    equal(result.code, 2);
    match(result.lines[0] ?? "", why);
  }
});

Deno.test("user import reads what spreadsheets of other countries write", async () => {
  await using bench = await Bench.open();
  const text = "\ufeffNickname;Password\r\nJ\u00fcrgen;secret11\r\n";
  const result = await bench.run("user import", {
    file: { name: "a.csv", text },
  });
  equal(result.code, 0);
  equal(bench.store.accounts.byNickname("j\u00fcrgen")?.uid, 1000002);
});

Deno.test("user import reads UTF-16 and the separator that Excel names", async () => {
  await using bench = await Bench.open();
  const text = "sep=;\r\nnickname;password;first\r\nAnn;secret11;A,B\r\n";
  const bytes = new Uint8Array(2 + text.length * 2);
  bytes.set([0xff, 0xfe]);
  for (let i = 0; i < text.length; i++) {
    bytes[2 + i * 2] = text.charCodeAt(i);
  }
  const result = await bench.run("user import", {
    file: { name: "a.csv", text: decodeFile(bytes) },
  });
  deepEqual(result.lines, ["1 of 1 imported, 0 refused."]);
  equal(bench.store.accounts.byNickname("Ann")?.first, "A,B");
});

Deno.test("user export writes no formulas, and import takes them back", async () => {
  await using bench = await Bench.open();
  const firsts = ["+1", "-x", "@SUM(A1)", "'-x", "'plain", "plain"];
  const people = firsts.map((first, i) => ({
    nickname: `User${i}`,
    password: "secret11",
    first,
  }));
  const text = JSON.stringify(people);
  await bench.run("user import", { file: { name: "a.json", text } });
  const csv = await bench.run("user export", {
    file: "a.csv",
    withHashes: true,
  });
  const exported = csv.file?.text ?? "";
  for (const cell of exported.split(/[,\n]/)) {
    ok(!/^"?[=+\-@]/.test(cell), cell);
  }
  await using other = await Bench.open();
  await other.run("user import", { file: { name: "a.csv", text: exported } });
  deepEqual(
    firsts.map((_, i) => other.store.accounts.byNickname(`User${i}`)?.first),
    firsts,
  );
});

Deno.test("user export is read back by user import", async () => {
  for (const name of ["a.csv", "a.json"]) {
    await using one = await Bench.open();
    await using two = await Bench.open();
    await one.run("user add", { nick: "Ann", email: "a@example.org" }, {
      secret: "secret11",
    });
    await one.run("user set", { nick: "Ann", listed: "no", paid: "plus" });
    const { file } = await one.run("user export", {
      file: name,
      withHashes: true,
    });
    const result = await two.run("user import", {
      file: { name, text: file?.text ?? "" },
    });
    equal(result.code, 0, result.lines.join());
    const { createdAt: _, ...before } = one.store.accounts.byNickname("Ann")!;
    const { createdAt: __, ...after } = two.store.accounts.byNickname("Ann")!;
    deepEqual(after, before);
  }
});

Deno.test("user export leaves hashes out unless asked", async () => {
  await using bench = await Bench.open();
  await bench.run("user add", { nick: "Ann" }, { secret: "secret11" });
  const { file } = await bench.run("user export", { file: "a.csv" });
  equal(file?.text.includes("scrypt"), false);
  const { json } = await bench.run("user export", { file: "-" });
  match(JSON.stringify(json), /^\[{"nickname":"Ann","email":""/);
  equal(JSON.stringify(json).includes("scrypt"), false);
  const back = await bench.run("user import", {
    file: { name: "a.csv", text: file!.text.replace("Ann", "Bob") },
  });
  match(back.lines[0] ?? "", /no password here; .*--with-hashes/);
});

Deno.test("user data is all that is kept of one person, without the hash", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann");
  const bob = bench.person("Bob");
  bench.store.relations.addPal(ann, bob, bench.now);
  bench.store.messages.add({
    to: ann,
    from: bob,
    body: new Uint8Array([0x68, 0x69]),
    at: bench.now,
  });
  const { json } = await bench.run("user data", { nick: "Ann" });
  const data = json as Record<string, unknown>;
  deepEqual(data.pals, ["Paltalk", "Bob"]);
  deepEqual(data.waitingMessages, [
    { from: "Bob", at: "2027-01-15T08:00:00.000Z", text: "hi" },
  ]);
  equal("passwordHash" in (data.account as object), false);
  await bench.run("user ban", { nick: "Ann", reason: "noise" });
  const after = (await bench.run("user data", { nick: "Ann" })).json as {
    bans: { reason: string }[];
    audit: { action: string }[];
  };
  deepEqual(after.bans.map(({ reason }) => reason), ["noise"]);
  ok(after.audit.some(({ action }) => /ban/.test(action)));
});

Deno.test("user import keeps each hash with its nickname while it makes two at a time", async () => {
  let now = 0;
  let most = 0;
  await using bench = await Bench.open({
    hasher: {
      async hash(password) {
        most = Math.max(most, ++now);
        // The first of the two takes longer.
        await new Promise((resolve) => setTimeout(resolve, now === 1 ? 5 : 1));
        now--;
        return new TextDecoder().decode(password);
      },
    },
  });
  const names = ["Ann", "Bob", "Cat", "Dan", "Eve"];
  await bench.run("user import", {
    file: {
      name: "x.csv",
      text: "nickname,password\n" +
        names.map((name) => `${name},pass-${name}\n`).join(""),
    },
  });
  for (const name of names) {
    equal(
      bench.store.accounts.byNickname(name)?.passwordHash,
      `pass-${name}`,
    );
  }
  equal(most, 2);
});

Deno.test("user import takes more accounts than audit entries may wait", async () => {
  await using bench = await Bench.open();
  const rows = Array.from({ length: 10_100 }, (_, i) => `user${i},secret11\n`);
  const result = await bench.run("user import", {
    file: { name: "x.csv", text: "nickname,password\n" + rows.join("") },
  });
  equal(result.lines.at(-1), "10100 of 10100 imported, 0 refused.");
  equal(bench.store.audit.list({ limit: 20_000 }).length, 10_100);
});

Deno.test("user import that comes too late leaves nothing in the audit log", async () => {
  const taken: { by?: Bench } = {};
  await using bench = await Bench.open({
    hasher: {
      // Another user takes the last nickname meanwhile.
      hash: (password) => {
        taken.by?.person("Bob");
        delete taken.by;
        return Promise.resolve(`${password.length}`);
      },
    },
  });
  taken.by = bench;
  const result = await bench.run("user import", {
    file: {
      name: "x.csv",
      text: "nickname,password\nAnn,secret11\nBob,secret11\n",
    },
  });
  equal(result.code, 1);
  equal(bench.store.accounts.byNickname("Ann"), undefined);
  deepEqual(bench.store.audit.list(), []);
});

Deno.test("user import refuses names of one file that differ in blanks only", async () => {
  await using bench = await Bench.open();
  const { code, json } = await bench.run("user import", {
    file: {
      name: "a.csv",
      text: "nickname,password\nAnn Lee,secret11\nAnnLee,secret11\n",
    },
  });
  equal(code, 1);
  const { imported, refused } = json as {
    imported: { nickname: string }[];
    refused: { line: number; why: string }[];
  };
  deepEqual(imported.map(({ nickname }) => nickname), ["Ann Lee"]);
  match(refused[0]?.why ?? "", /differs only in spaces/);
});

Deno.test("names that differ in blanks only are refused when made at once", async () => {
  await using bench = await Bench.open();
  const made = await Promise.all(
    ["Ann Lee", "AnnLee", "An nLee"].map((nick) =>
      bench.run("user add", { nick }, { secret: "secret11" })
    ),
  );
  deepEqual(made.map(({ code }) => code).sort(), [0, 1, 1]);
});
