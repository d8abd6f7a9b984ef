/**
 * The connection of the page /chat: lost, frozen, back again, or taken over.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { Cable } from "./support/cable.ts";
import { chatTest, join, signOn, uidOf, write } from "./support/chat_page.ts";
import type { WholeServer } from "./support/whole_server.ts";

function targetOf({ pages }: WholeServer) {
  const { hostname, port } = new URL(pages);
  return { hostname, port: Number(port) };
}

chatTest(
  "a second sign-on ends the first for good",
  async (server, browser) => {
    const first = await signOn(server, browser, "Ann");
    const second = await signOn(server, browser, "Ann");
    await first.waitForSelector("text=signed on from another place");
    await first.waitForTimeout(1500);
    equal(await first.locator(".sign-on").count(), 1);
    equal(await second.locator(".chat").count(), 1);
  },
);

chatTest(
  "a lost connection comes back into its room",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    await using cable = new Cable(targetOf(server));
    const ann = await signOn(server, browser, "Ann", { pages: cable.address });
    await join(ann);
    await write(ann, "before");
    await ann.waitForSelector(".line.own.sent");
    cable.cut();
    await ann.waitForSelector("text=The connection was lost");
    await write(ann, "while it is away");
    await ann.waitForSelector(".composer .fault");
    cable.mend();
    await ann.waitForSelector("text=The connection was lost", {
      state: "detached",
    });
    await ann.waitForSelector(".members :text('Dan')");
    await ann.waitForSelector(".line:has-text('before')");
    // What was not sent is still there to be sent.
    equal(await ann.inputValue(".composer textarea"), "while it is away");
    await write(ann, "after");
    const uid = uidOf(server, "Ann");
    await dan.expect(
      roomMessageIn,
      (line) => line.uid === uid && decodeText(line.text) === "after",
    );
  },
);
