import { equal, match } from "node:assert/strict";
import { Home } from "../../tests/support/cli/retropal.ts";

Deno.test("setup asks questions and saves the answers", async () => {
  await using home = await Home.make();
  const ran = await home.run("setup", {
    answers: [
      "The Royal Oak",
      "192.168.1.20",
      "not a host!",
      "oak.example.org",
      "invite",
      "1000",
      "Pa1talk",
      "Ann",
      "abc",
      "secret11",
    ],
  });
  equal(ran.code, 0, ran.err);
  match(ran.err, /server\.advertise is "not a host!"/);
  match(ran.err, /looks like Paltalk/);
  match(ran.err, /1000 kbit\/s carries one speaker to about 50 listeners/);
  const shown = (await home.run("config show --changed")).out;
  match(shown, /server\.name +"The Royal Oak" +file/);
  match(shown, /server\.advertise +"oak\.example\.org" +file/);
  match(shown, /server\.advertise_private +"192\.168\.1\.20" +file/);
  match(shown, /auth\.registration +"invite" +file/);
  match((await home.run("user show Ann")).out, /role +superadmin/);
});

Deno.test("setup can be run again and offers the previous answers", async () => {
  await using home = await Home.make();
  const first = await home.run("setup --yes --owner Ann --registration open");
  match(first.out, /Its password, shown this once: \S{10}/);
  const again = await home.run("setup --registration closed", {
    answers: ["", "", "", "", ""],
  });
  equal(again.code, 0, again.err);
  match(again.out, /Ann is the owner already/);
  match((await home.run("config show auth.registration")).out, /"closed"/);
});

Deno.test("setup --yes without a terminal reads the password from standard input", async () => {
  await using home = await Home.make();
  const ran = await home.run("setup --owner Ann --password-stdin --json", {
    stdin: "secret11\n",
  });
  equal(ran.code, 0, ran.err);
  equal(ran.out.includes("password"), false);
  const bad = await home.run("setup --yes --advertise not_a_host!");
  equal(bad.code, 1);
});
