/**
 * The page /chat in Firefox together with an old client: text in both
 * directions, and received voice.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { buildBrowserClient } from "../../scripts/browser_client.ts";
import { PORCH } from "./support/chat_page.ts";
import { ENTER, NO_FIREFOX, withFirefox } from "./support/firefox.ts";
import { bestMatch, talkFor, tap, tapped } from "./support/sound.ts";
import { PASSWORD, withWholeServer } from "./support/whole_server.ts";

Deno.test({
  name: "/chat in Firefox: text both ways, and listening" +
    (NO_FIREFOX === null ? "" : ` (skipped: ${NO_FIREFOX})`),
  ignore: NO_FIREFOX !== null,
  async fn() {
    await buildBrowserClient();
    await withWholeServer(async (server) => {
      for (const name of ["Ann", "Dan"]) await server.addUser(name);
      const { gid } = server.live.rooms().find(({ name }) => name === PORCH)!;
      await using dan = await server.signOn("Dan");
      await dan.rooms.join(gid);
      await withFirefox(async (page) => {
        await page.goto(`${server.pages}/chat?room=${gid}`);
        await page.waitFor("#nickname");
        await page.type("#nickname", "Ann");
        await page.type("#password", PASSWORD + ENTER);
        await page.waitFor(".room-view .members", "Dan");

        const line = "Grüße, café – “€ 5” & <b>no tag</b>";
        await page.type(".composer textarea", line + ENTER);
        const { uid } = server.store.accounts.byNickname("Ann")!;
        const heard = await dan.expect(roomMessageIn, (one) => one.uid === uid);
        deepEqual(heard.text, encodeText(line));
        await page.waitFor(".line.own.sent", line);
        await dan.rooms.say(gid, "<pb>Hé</pb> – ’80s");
        await page.waitFor(".line:not(.own)", "Hé – ’80s");

        await tap(page);
        const said = await talkFor(dan, 4);
        await page.waitFor(".talk", "Dan is speaking");
        await new Promise((resolve) => setTimeout(resolve, 800));
        const { samples, packets } = await tapped(page);
        deepEqual(packets, said);
        const likeness = bestMatch(samples);
        ok(likeness > 0.85, `correlation ${likeness}`);
      });
    });
  },
});
