import assert from "node:assert/strict";
import { videoViewFrom } from "../protocol/packets/room_video.ts";
import { videoAccepted } from "../protocol/packets/transfers.ts";
import {
  joinAll,
  OAK,
  TestChat,
  u32,
} from "../../tests/support/chat/test_chat.ts";
import { withStore } from "../../tests/support/db/temp.ts";

const ADDRESS = { address: "127.0.0.1" } as const;

Deno.test("permits() keeps VIDEO_VIEW_FROM from everybody outside the room", () =>
  withStore(async (store) => {
    const chat = new TestChat(store);
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann);
    const frame = videoViewFrom.frame({
      ...ADDRESS,
      uid: ann.uid,
      gid: OAK,
      videoPort: 2092,
    });
    // Whatever a handler wants.
    chat.act((ctx) => {
      ctx.out.send(ann.session, frame);
      ctx.out.send(bob.session, frame);
    });
    assert.deepEqual(ann.takeNames(), ["VIDEO_VIEW_FROM"]);
    bob.expect();
    assert.ok(chat.logged("a packet that would break its client was not sent"));
    await ann.send("ROOM_LEAVE", u32(OAK));
    chat.act((ctx) => ctx.out.send(ann.session, frame));
    ann.expect();
  }));

Deno.test("permits() lets VIDEO_ACCEPTED answer a VIDEO_REQUEST once", () =>
  withStore(async (store) => {
    const chat = new TestChat(store);
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    const accepted = () =>
      chat.act((ctx) =>
        ctx.out.send(
          ann.session,
          videoAccepted.frame({ ...ADDRESS, uid: bob.uid, port: 2091 }),
        )
      );
    accepted();
    ann.expect();
    await ann.send("VIDEO_REQUEST", `${u32(bob.uid)} 082b`);
    bob.take();
    accepted();
    assert.deepEqual(ann.takeNames(), ["VIDEO_ACCEPTED"]);
    accepted();
    ann.expect();
    // The same by packets: the second answer is refused.
    await ann.send("VIDEO_REQUEST", `${u32(bob.uid)} 082b`);
    bob.take();
    await bob.send("VIDEO_ACCEPT", `${u32(ann.uid)} 082b`);
    assert.deepEqual(ann.takeNames(), ["VIDEO_ACCEPTED"]);
    await bob.send("VIDEO_ACCEPT", `${u32(ann.uid)} 082b`);
    ann.expect();
    assert.deepEqual(bob.takeNames(), ["FEEDBACK"]);
    // And not after the caller has hung up or gone.
    await ann.send("VIDEO_REQUEST", `${u32(bob.uid)} 082b`);
    await ann.send("VIDEO_HANGUP", u32(bob.uid));
    accepted();
    ann.expect();
  }));
