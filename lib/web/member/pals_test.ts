import { equal, match, ok } from "node:assert/strict";
import { sessionInfo } from "../../../tests/support/web/fake_live.ts";
import { withSite } from "../../../tests/support/web/site.ts";

const HERE = "/member/pals";

Deno.test("the page of pals shows who is online, but not those who block", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const bob = await site.addUser("<Bob>");
    const shy = await site.addUser("Shy");
    site.store.relations.addPal(ann.uid, bob.uid, 0);
    site.store.relations.addPal(ann.uid, shy.uid, 0);
    site.store.relations.addBlock(shy.uid, ann.uid, 0);
    site.live.sessionList = [bob, shy].map(({ uid, nickname }) =>
      sessionInfo({ uid, nickname })
    );
    const browser = site.browser();
    await browser.signIn("Ann");
    const { text } = await browser.get(HERE);
    match(text, /&lt;Bob&gt;<\/td>\s*<td[^>]*>online/);
    match(text, /Shy<\/td>\s*<td[^>]*>offline/);
  }));

Deno.test("members add, name and remove pals, block and unblock", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const bob = await site.addUser("Bob");
    const { relations } = site.store;
    const browser = site.browser();
    await browser.signIn("Ann");
    const act = async (verb: string, change: Record<string, string>) => {
      const page = await browser.get(HERE);
      const answer = await browser.submit(page, `${HERE}/${verb}`, change);
      equal(answer.location, HERE);
      return (await browser.get(HERE)).text;
    };
    const bobOf = () =>
      relations.pals(ann.uid).find(({ uid }) => uid === bob.uid);
    await act("add", { nick: "bob" });
    ok(bobOf());
    ok(site.live.done.includes(`relationChanged ${ann.uid} ${bob.uid}`));
    const uid = String(bob.uid);
    await act("name", { uid, name: "Bobby = <b>" });
    equal(bobOf()?.display, "Bobby - <b>");
    match(await act("add", { nick: "Nobody" }), /value="Nobody"/);
    match(
      await act("add", { nick: "Ann" }),
      /id="add-nick-fault"[^>]*>You cannot be your own pal/,
    );
    match(await act("name", { uid: "4711", name: "x" }), /not one of your/);
    await act("remove", { uid });
    equal(bobOf(), undefined);
    await act("block", { nick: "Bob" });
    equal(relations.blocks(ann.uid).length, 1);
    match(await act("block", { nick: "Paltalk" }), /cannot block this user/);
    await act("unblock", { uid });
    equal(relations.blocks(ann.uid).length, 0);
  }));

Deno.test("a pal list has an end on the page as in the client", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    await site.addUser("Bob");
    await site.addUser("Eve");
    const browser = site.browser();
    await browser.signIn("Ann");
    for (const nick of ["Bob", "Eve"]) {
      const page = await browser.get(HERE);
      await browser.submit(page, `${HERE}/add`, { nick });
    }
    match((await browser.get(HERE)).text, /Your pal list is full/);
  }, { "limits.pals_per_user": 2 }));
