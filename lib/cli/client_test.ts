import { equal, match } from "node:assert/strict";
import { Home } from "../../tests/support/cli/retropal.ts";

Deno.test("client reg prints exactly the client's registry entries", async () => {
  await using home = await Home.make();
  const ran = await home.run(
    `client reg --host 192.168.1.20 --out ${home.path}/out`,
  );
  equal(ran.code, 0, ran.err);
  equal(
    await Deno.readTextFile(`${home.path}/out/retropal.reg`),
    "REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\PalTalk]\r\n" +
      '"host"="192.168.1.20"\r\n"port"=dword:00001389\r\n' +
      '"ver10_router"=dword:00000001\r\n',
  );
  match(ran.out, /lasts only until the first outage/);
});

Deno.test("client location is one line with host and port", async () => {
  await using home = await Home.make();
  const ran = await home.run(
    "client location --host chat.example.org --port 5555",
  );
  equal(ran.out, "LOCATION:chat.example.org:5555");
  match(ran.err, /web\.legacy_port is 80/);
});

Deno.test("client hosts needs an address and resolves names", async () => {
  await using home = await Home.make();
  const ran = await home.run("client hosts --host localhost");
  equal(
    ran.out,
    "127.0.0.1 www.paltalk.com\n127.0.0.1 advertising.paltalk.com",
  );
});

Deno.test("client refuses a host that the client could not read", async () => {
  await using home = await Home.make();
  for (const [host, why] of [["ab.c", /5 characters/], ["a b", /no host/]]) {
    const ran = await home.run(["client", "reg", "--host", String(host)]);
    equal(ran.code, 1);
    match(ran.err, why as RegExp);
  }
  const low = await home.run("client reg --host 192.168.1.20 --port 80");
  match(low.err, /from 1000 up/);
});

Deno.test("client uses the advertised address by default", async () => {
  await using home = await Home.make();
  const ran = await home.run("client reg", {
    env: { RETROPAL_SERVER_ADVERTISE: "oak.example.org" },
  });
  match(ran.out, /"host"="oak\.example\.org"/);
});
