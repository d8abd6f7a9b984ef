import { doesNotMatch, equal, match } from "node:assert/strict";
import { defaultConfig } from "../../config/config.ts";
import { KEPT } from "../../domain/retention.ts";
import { withSite } from "../../../tests/support/web/site.ts";

Deno.test("the desk shows stored data, retention times and the oldest entries", () =>
  withSite(
    async (site) => {
      const at = Date.UTC(2026, 0, 2);
      const { uid } = await site.addUser("Ann");
      site.store.notes.add({ uid, at, by: "cli", text: "x" });
      await site.addUser("Adam", { role: "admin" });
      await site.addUser("Boss", { role: "superadmin" });
      const adam = site.browser();
      await adam.signIn("Adam");
      const { status, text } = await adam.get("/desk/retention");
      equal(status, 200);
      for (const { label, setting } of KEPT) {
        match(text, new RegExp(label));
        match(text, new RegExp(`store\\.${setting}`));
      }
      match(text, /77 days/);
      match(text, /until removed/);
      match(text, /datetime="2026-01-02T00:00:00/);
      // Only the owner may change settings.
      doesNotMatch(text, /href="\/desk\/config\//);
      const boss = site.browser();
      await boss.signIn("Boss");
      const link = /href="(\/desk\/config\/store\.audit_days)"/;
      const [, path = ""] = link.exec(
        (await boss.get("/desk/retention")).text,
      ) ?? [];
      equal((await boss.get(path)).status, 200);
    },
    { "store.audit_days": 77 },
  ));

Deno.test("the desk shows what the last sweep removed", () =>
  withSite(
    async (site) => {
      await site.addUser("Adam", { role: "admin" });
      const adam = site.browser();
      await adam.signIn("Adam");
      const { text } = await adam.get("/desk/retention");
      match(text, /3 entries removed/);
    },
    {},
    {
      house: { last: { at: Date.now(), removed: { audit: 2, bans: 1 } } },
    },
  ));

Deno.test("docs/administration.md names the time that each kind is kept", async () => {
  const file = new URL("../../../docs/administration.md", import.meta.url);
  const text = await Deno.readTextFile(file);
  const { store } = defaultConfig();
  for (const { setting } of KEPT) {
    match(
      text,
      new RegExp(`\\| \`store\\.${setting}\`\\s*\\| ${store[setting]}\\b`),
    );
  }
});
