import assert from "node:assert/strict";
import { endSession } from "./departure.ts";
import {
  joinAll,
  OAK,
  u32,
  withChat,
} from "../../tests/support/chat/test_chat.ts";

const FAREWELLS = [
  ["sign-on", "FEEDBACK fb84 0001 'Enough.'"],
  ["close", "SERVER_ERROR 'Enough.'"],
  ["exit", "MAINTENANCE_KICK 'Enough.'"],
] as const;
for (const [farewell, frame] of FAREWELLS) {
  Deno.test(`endSession() with "${farewell}" tells him, then the others, then closes`, () =>
    withChat(async (chat) => {
      const [ann, bob] = await chat.signOnAll("Ann", "Bob");
      await bob.send("ADD_PAL", u32(ann.uid));
      await joinAll(chat, OAK, ann, bob);
      chat.act((ctx) =>
        endSession(ctx, ann.session, "Enough.", "kicked", farewell)
      );
      ann.expect(frame);
      assert.equal(ann.closed, "kicked");
      bob.expect(
        `ROOM_USER_LEFT ${u32(OAK)} ${u32(ann.uid)}`,
        `STATUS_CHANGE ${u32(ann.uid)} 00000000`,
      );
      assert.equal(chat.world.online.has(ann.uid), false);
    }));
}

Deno.test("endSession() opens the sign-on window by default", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    chat.act((ctx) => endSession(ctx, ann.session, "Enough.", "kicked"));
    ann.expect(FAREWELLS[0][1]);
  }));
