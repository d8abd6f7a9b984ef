import { equal, match } from "node:assert/strict";
import { retropal } from "../../tests/support/cli/retropal.ts";

Deno.test("inspect shows frames with names and fields, and no password", async () => {
  const ran = await retropal([
    "inspect",
    "tests/captures/a-away-status-im.txt",
  ]);
  match(ran.out, /CHAT#5 C>S AWAY_MODE \(-600, version 71\) 26 bytes/);
  match(ran.out, /!! /);
  equal(ran.code, 1);
  const login = ["inspect", "tests/captures/a-login-verifiable-key.txt"];
  match((await retropal(login)).out, /LOGIN .*with a password/);
  match(
    (await retropal([...login, "--unredacted", "--json"])).out,
    /"digits"/,
  );
});
