import { doesNotMatch, equal, match } from "node:assert/strict";
import { dayOf, hourOf, weekOf } from "../../domain/statistics.ts";
import type { Store } from "../../domain/store.ts";
import { withSite } from "../../../tests/support/web/site.ts";
import { bars } from "./bars.ts";

function addUse(store: Store, now: number, gid = 50001) {
  const { statistics } = store;
  statistics.addHour({
    at: hourOf(now),
    seconds: 3600,
    peopleSeconds: 12.5 * 3600,
    peoplePeak: 17,
    signOns: 40,
    uploadBytes: 9_000_000,
    uploadPeak: 400,
  });
  statistics.addRoomDay({
    at: dayOf(now),
    gid,
    name: "Oak & <Ash>",
    memberSeconds: 7200,
    membersPeak: 5,
    heardMs: 600_000,
    received: 900,
    lost: 100,
    late: 9,
    jitterSum: 9000,
    sent: 999,
    dropped: 1,
  });
  statistics.setPeople({ kind: "day", at: dayOf(now), people: 21, fresh: 2 });
  statistics.setPeople({ kind: "week", at: weekOf(now), people: 55, fresh: 3 });
}

Deno.test("the desk shows busy hours, people, rooms, voice and the uplink", () =>
  withSite(
    async (site) => {
      addUse(site.store, Date.now());
      await site.addUser("Mo", { role: "moderator" });
      const mo = site.browser();
      await mo.signIn("Mo");
      for (const range of ["week", "month", "year"]) {
        const { status, text } = await mo.get(
          `/desk/statistics?range=${range}`,
        );
        equal(status, 200);
        match(text, /<td class="number">12.5<\/td>/);
        match(text, /<td class="number">55<\/td>/);
        match(text, /Oak &amp; &lt;Ash&gt;/);
        match(text, /class="tag bad">10 %/);
        match(text, /10 min/);
        match(text, /at most 40 % used/);
      }
    },
    { "server.uplink_kbit": 1000 },
  ));

Deno.test("the desk's statistics say so while nothing is recorded", () =>
  withSite(async (site) => {
    await site.addUser("Mo", { role: "moderator" });
    await site.addUser("Boss", { role: "superadmin" });
    const mo = site.browser();
    await mo.signIn("Mo");
    const { text } = await mo.get("/desk/statistics");
    match(text, /Nothing is recorded yet/);
    // Only those who may change the setting see a link to it.
    doesNotMatch(text, /href="\/desk\/config\/server\.uplink_kbit"/);
    const boss = site.browser();
    await boss.signIn("Boss");
    match(
      (await boss.get("/desk/statistics")).text,
      /href="\/desk\/config\/server\.uplink_kbit"/,
    );
  }));

Deno.test("bars() draws a bar for each value, and the same numbers as a table", () => {
  const text = String(bars({
    title: "A<b>",
    heads: ["Hour", "People"],
    bars: [{ label: "00:00", value: 4 }, { label: "01:00", value: null }],
    limit: { label: "the line: 10", value: 10 },
  }));
  equal(text.match(/<rect/g)?.length, 2);
  match(text, /A&lt;b&gt;: most 4 \(00:00\); the line: 10/);
  match(text, /class="limit"/);
  match(text, /<td class="">–<\/td>/);
});
