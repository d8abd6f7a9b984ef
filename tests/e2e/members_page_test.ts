import { equal, match } from "node:assert/strict";
import { buddyList } from "../../lib/protocol/packets/pals.ts";
import { banner } from "../../lib/protocol/packets/messages.ts";
import { roomClosed } from "../../lib/protocol/packets/rooms.ts";
import { PASSWORD, TestServer } from "../support/server.ts";
import { Browser } from "../support/web/site.ts";

Deno.test("what members change on their pages reaches connected clients", async () => {
  await using server = await TestServer.start({
    users: ["Ann", "Bob"],
    web: true,
    flags: ["--web-port", "0"],
  });
  await server.run("room", "set", "50001", "--owner", "Ann");
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await bob.rooms.join(50001);
  const browser = new Browser(`http://${server.ready.web}`);
  await browser.signIn("Ann", PASSWORD);
  const send = async (
    path: string,
    action: string,
    change: Record<string, string> = {},
  ) => {
    const answer = await browser.submit(
      await browser.get(path),
      action,
      change,
    );
    equal(answer.status, 303, answer.text);
  };
  await send("/member/pals", "/member/pals/add", { nick: "Bob" });
  // The first list is the one at sign-on.
  for (;;) {
    const list = await ann.expect(buddyList);
    if (list.some(({ uid }) => uid === bob.uid)) break;
  }
  const room = "/member/rooms/50001";
  await send(room, room, { banner: "Quiz tonight" });
  for (;;) {
    const { text } = await bob.expect(banner);
    if (new TextDecoder().decode(text) === "Quiz tonight") break;
  }
  await send("/member/pals", "/member/pals/block", { nick: "Bob" });
  await send(room, `${room}/ban`, { nick: "Bob" });
  match((await bob.expect(roomClosed)).text, /banned from/);
  const shown = await server.run("room", "show", "50001");
  match(shown, /banned +Bob/);
});
