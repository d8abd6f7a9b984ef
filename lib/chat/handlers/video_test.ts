import assert from "node:assert/strict";
import { PAUSE_MS } from "../../domain/cameras.ts";
import { showCamera, signalCameras } from "../cameras.ts";
import { muteChanged } from "../mutes.ts";
import {
  joinAll,
  OAK,
  TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);
/** The server's external address that both receive: 198.51.100.7, port 2092. */
const WHERE = "c6336407 082c";
const PUBLISH_TO = `VIDEO_PUBLISH_TO ${oak} ${WHERE}`;
const PAUSE = "VIDEO_PAUSE";

const both = ({ uid }: TestClient) => `${u32(uid)} ${oak}`;
const icon = ({ uid }: TestClient, on: boolean) =>
  `ROOM_VIDEO ${oak} ${u32(uid)} ${on ? "0002" : "0000"}`;
const viewFrom = (of: TestClient) =>
  `VIDEO_VIEW_FROM ${both(of)} 00000001 ${WHERE}`;

/**
 * Ann publishes and her first picture has arrived; Bob and Cat are in the room.
 */
async function stage(chat: TestChat) {
  const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
  await joinAll(chat, OAK, ann, bob, cat);
  await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
  ann.expect(PUBLISH_TO);
  picture(chat, ann);
  chat.forget();
  return { ann, bob, cat, room: chat.world.rooms.get(OAK)! };
}

/** Does what the video port does when a user's first picture arrives. */
function picture(chat: TestChat, { uid }: TestClient): void {
  const camera = chat.world.cameras.of(uid)!;
  chat.act((ctx) => showCamera(ctx, camera));
}

/** Advances the clock and sends the signals that were due. */
function later(chat: TestChat, ms: number): void {
  chat.now += ms;
  chat.act(signalCameras);
}

Deno.test("a room that allows video shows its row, the others do not", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const panel = async () => {
      await ann.send("ROOM_LEAVE", oak);
      ann.take();
      await ann.send("ROOM_JOIN", `${oak} 0000 0000082a`);
      return ann.take()[0]!.slice("ROOM_JOINED ".length + 32, 48);
    };
    assert.equal(await panel(), "0004");
    chat.world.rooms.get(OAK)!.video = false;
    assert.equal(await panel(), "0000");
    chat.world.rooms.get(OAK)!.video = true;
    chat.videoPort = null;
    assert.equal(await panel(), "0000");
  }));

Deno.test("ROOM_START_PUBLISH_VIDEO gets an address, and the icon appears with the first picture", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann, bob);
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    ann.expect(PUBLISH_TO);
    bob.expect();
    picture(chat, ann);
    // Nobody watches, so the client need not send.
    ann.expect(icon(ann, true), PAUSE);
    bob.expect(icon(ann, true));
    picture(chat, ann);
    bob.expect();
    const cat = await chat.signOn("Cat");
    await cat.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    const list = cat.take().find((line) => line.startsWith("ROOM_USER_LIST"))!;
    assert.match(text(list), /nickname=Ann[^\u00c8]*pub=Y/);
    assert.match(text(list), /nickname=Bob[^\u00c8]*pub=N/);
  }));

/** Returns the payload of a line of `take` as text. */
function text(line: string): string {
  const hex = line.split(" ")[1]!;
  return String.fromCharCode(
    ...hex.match(/../g)!.map((pair) => parseInt(pair, 16)),
  );
}

Deno.test("VIEW_VIDEO finds the room by 16 bits with their sign, and answers with its number", () =>
  withChat(async (chat) => {
    const { ann, bob } = await stage(chat);
    await bob.send("VIEW_VIDEO", `${u32(ann.uid)} ffffc351`);
    // A picture for a number without a window would crash the client.
    bob.expect(viewFrom(ann));
  }));

Deno.test("VIEW_VIDEO gets an address, and resumes the paused publisher", () =>
  withChat(async (chat) => {
    const { ann, bob, cat } = await stage(chat);
    chat.now += PAUSE_MS;
    await bob.send("VIEW_VIDEO", both(ann));
    bob.expect(viewFrom(ann));
    ann.expect(PUBLISH_TO);
    await cat.send("VIEW_VIDEO", both(ann));
    cat.expect(viewFrom(ann));
    ann.expect();
    await bob.send("STOP_VIEW_VIDEO", both(ann));
    ann.expect();
    await cat.send("STOP_VIEW_VIDEO", `${u32(ann.uid)} ffffc351`);
    ann.expect(PAUSE);
    for (const one of [bob, cat]) one.expect();
    assert.deepEqual(chat.video.map(({ what }) => what), [
      "view ended",
      "view ended",
    ]);
  }));

Deno.test("VIDEO_PUBLISH_TO never follows VIDEO_PAUSE within 2.5 seconds", () =>
  withChat(async (chat) => {
    const { ann, bob } = await stage(chat);
    await bob.send("VIEW_VIDEO", both(ann));
    bob.expect(viewFrom(ann));
    ann.expect();
    later(chat, PAUSE_MS - 1);
    ann.expect();
    later(chat, 1);
    ann.expect(PUBLISH_TO);
    for (let i = 0; i < 5; i++) {
      await bob.send("STOP_VIEW_VIDEO", both(ann));
      await bob.send("VIEW_VIDEO", both(ann));
    }
    // However often they change their mind, there is one pause and one
    // resumption.
    ann.expect(PAUSE);
    later(chat, PAUSE_MS);
    ann.expect(PUBLISH_TO);
    // Stopping and starting by the button also pauses the sending loop.
    await ann.send("ROOM_STOP_PUBLISH_VIDEO", oak);
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    ann.expect(icon(ann, false));
    later(chat, PAUSE_MS);
    ann.expect(PUBLISH_TO);
    // A second start request without a stop would start a second loop.
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    ann.expect();
  }));

Deno.test("ROOM_STOP_PUBLISH_VIDEO closes the views of all", () =>
  withChat(async (chat) => {
    const { ann, bob, cat } = await stage(chat);
    chat.now += PAUSE_MS;
    await bob.send("VIEW_VIDEO", both(ann));
    chat.forget();
    await ann.send("ROOM_STOP_PUBLISH_VIDEO", oak);
    for (const one of [ann, bob, cat]) one.expect(icon(ann, false));
    assert.deepEqual(chat.video.map(({ what }) => what), ["camera ended"]);
    await ann.send("ROOM_STOP_PUBLISH_VIDEO", oak);
    await bob.send("STOP_VIEW_VIDEO", both(ann));
    for (const one of [ann, bob, cat]) one.expect();
    assert.equal(chat.world.cameras.viewCount, 0);
  }));

Deno.test("VIEW_VIDEO of a member without a webcam closes the empty view", () =>
  withChat(async (chat) => {
    const { bob, cat } = await stage(chat);
    await bob.send("VIEW_VIDEO", both(cat));
    bob.expect(icon(cat, false));
    // Cat was asked to publish but sends no picture: a client without a camera.
    await cat.send("ROOM_START_PUBLISH_VIDEO", oak);
    cat.take();
    await bob.send("VIEW_VIDEO", both(cat));
    bob.expect(icon(cat, false));
  }));

Deno.test("VIEW_VIDEO by a user outside the room is never answered", () =>
  withChat(async (chat) => {
    const { ann } = await stage(chat);
    const dan = await chat.signOn("Dan");
    chat.forget();
    await dan.send("VIEW_VIDEO", both(ann));
    dan.expect();
    assert.ok(chat.logged("not in that room"));
    await dan.send("ROOM_START_PUBLISH_VIDEO", oak);
    dan.expect();
  }));

for (
  const [how, end] of [
    ["leaves", (ann: TestClient) => ann.send("ROOM_LEAVE", oak)],
    ["loses the connection", (ann: TestClient) => ann.hangUp()],
    ["signs on a second time", async (_: TestClient, chat: TestChat) => {
      await chat.signOn("Ann");
    }],
  ] as const
) {
  Deno.test(`the picture of a user who ${how} ends on every screen`, () =>
    withChat(async (chat) => {
      const { ann, bob, cat } = await stage(chat);
      await bob.send("VIEW_VIDEO", both(ann));
      chat.forget();
      await end(ann, chat);
      const left = `ROOM_USER_LEFT ${oak} ${u32(ann.uid)}`;
      for (const one of [bob, cat]) one.expect(icon(ann, false), left);
      assert.equal(chat.world.cameras.size, 0);
      assert.equal(chat.world.cameras.viewCount, 0);
      assert.deepEqual(chat.video.map(({ what }) => what), ["camera ended"]);
    }));
}

Deno.test("a viewer who leaves, or is lost, no longer watches", () =>
  withChat(async (chat) => {
    const { ann, bob, cat } = await stage(chat);
    chat.now += PAUSE_MS;
    await bob.send("VIEW_VIDEO", both(ann));
    await cat.send("VIEW_VIDEO", both(ann));
    chat.forget();
    await bob.send("ROOM_LEAVE", oak);
    // The client sends this after it has left.
    await bob.send("STOP_VIEW_VIDEO", `${u32(ann.uid)} ffffc351`);
    assert.equal(chat.world.cameras.viewCount, 1);
    cat.hangUp();
    assert.equal(chat.world.cameras.viewCount, 0);
    assert.ok(ann.take().includes("VIDEO_PAUSE "));
  }));

Deno.test("a bounce and a closed room end the picture", () =>
  withChat(async (chat) => {
    const { ann, bob, cat, room } = await stage(chat);
    const admin = await chat.signOn("Adam", { role: "moderator" });
    await joinAll(chat, OAK, admin);
    await admin.send("ROOM_BOUNCE", `${oak} ${u32(ann.uid)}`);
    assert.ok(
      bob.take().includes(
        icon(ann, false).replaceAll(" ", "")
          .replace("ROOM_VIDEO", "ROOM_VIDEO "),
      ),
    );
    assert.deepEqual(
      ann.takeNames().filter((name) => name !== "ROOM_USER_LEFT"),
      ["ROOM_CLOSED"],
    );
    await cat.send("ROOM_START_PUBLISH_VIDEO", oak);
    picture(chat, cat);
    await bob.send("VIEW_VIDEO", both(cat));
    chat.forget();
    await admin.send("ROOM_CLOSE", oak);
    assert.deepEqual(bob.takeNames(), ["ROOM_VIDEO", "ROOM_CLOSED"]);
    assert.equal(chat.world.cameras.size, 0);
    assert.equal(room.members.size, 0);
  }));

Deno.test("a red dot that affects video ends the picture, and hinders the next", () =>
  withChat(async (chat) => {
    const { ann, bob } = await stage(chat);
    const admin = await chat.signOn("Adam", { role: "moderator" });
    await joinAll(chat, OAK, admin);
    chat.now += PAUSE_MS;
    await bob.send("VIEW_VIDEO", both(ann));
    chat.forget();
    await admin.send("RED_DOT", `${oak} ${u32(ann.uid)}`);
    assert.deepEqual(ann.takeNames(), ["RED_DOT_ON"]);
    await admin.send("RED_DOT_AFFECTS_VIDEO", `${oak} 0001`);
    // Bob stays in the room, so the client must be told to stop.
    ann.expect(icon(ann, false), PAUSE);
    bob.take();
    await ann.send("ROOM_STOP_PUBLISH_VIDEO", oak);
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    ann.expect(
      "FEEDBACK e886 0001 'You have a red dot and cannot show video here.'",
    );
    bob.expect();
    await admin.send("UNRED_DOT", `${oak} ${u32(ann.uid)}`);
    later(chat, PAUSE_MS);
    chat.forget();
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    ann.expect(PUBLISH_TO);
  }));

Deno.test("refusals are sentences, for publishers and for viewers", () =>
  withChat(async (chat) => {
    const { ann, bob, cat, room } = await stage(chat);
    const refused = async (client: TestClient, why: string) => {
      await client.send("ROOM_START_PUBLISH_VIDEO", oak);
      client.expect(`FEEDBACK e886 0001 '${why}'`);
      await client.send("VIEW_VIDEO", both(ann));
      client.expect(`FEEDBACK e87c 0001 '${why}'`);
    };
    room.video = false;
    await refused(bob, "Video is turned off in this room.");
    room.video = true;
    chat.videoPort = null;
    await refused(bob, "This server does not carry video.");
    chat.videoPort = 2092;

    const other = chat.addRoom({ name: "Quill", type: 0 });
    await joinAll(chat, other.gid, cat, bob);
    await cat.send("ROOM_START_PUBLISH_VIDEO", u32(other.gid));
    picture(chat, cat);
    chat.forget();
    await refused(
      cat,
      "You already publish or watch video in another room. " +
        "Close it there first.",
    );
    await bob.send("VIEW_VIDEO", both(ann));
    bob.expect(viewFrom(ann));
    await bob.send("VIEW_VIDEO", `${u32(cat.uid)} ${u32(other.gid)}`);
    assert.deepEqual(bob.takeNames(), ["FEEDBACK"]);

    chat.world.cameras.bar(bob.uid, chat.now + 1000);
    await bob.send("ROOM_START_PUBLISH_VIDEO", oak);
    bob.expect(
      "FEEDBACK e886 0001 " +
        "'Staff of this server have stopped your video for a while.'",
    );
    chat.now += 1000;
    await bob.send("ROOM_START_PUBLISH_VIDEO", oak);
    bob.expect(PUBLISH_TO);
  }));

Deno.test("the limits of publishers, viewers and views are kept", () =>
  withChat(async (chat) => {
    const { ann, bob, cat } = await stage(chat);
    await bob.send("VIEW_VIDEO", both(ann));
    bob.expect(viewFrom(ann));
    await cat.send("VIEW_VIDEO", both(ann));
    cat.expect(
      "FEEDBACK e87c 0001 'Too many people watch this video already.'",
    );
    // Asking again for the same view does not open a second one.
    await bob.send("VIEW_VIDEO", both(ann));
    bob.expect(viewFrom(ann));
    await cat.send("ROOM_START_PUBLISH_VIDEO", oak);
    cat.expect(PUBLISH_TO);
    picture(chat, cat);
    chat.forget();
    await bob.send("VIEW_VIDEO", both(cat));
    bob.expect("FEEDBACK e87c 0001 'You can watch 1 people at a time.'");
    await bob.send("ROOM_START_PUBLISH_VIDEO", oak);
    bob.expect(
      "FEEDBACK e886 0001 'Too many people show video at the moment. " +
        "Please try again later.'",
    );
  }, {
    "limits.video_viewers": 1,
    "limits.video_views": 1,
    "limits.video_publishers": 2,
  }));

Deno.test("a block hides the picture from both, immediately and later", () =>
  withChat(async (chat) => {
    const { ann, bob, cat } = await stage(chat);
    chat.now += PAUSE_MS;
    await bob.send("VIEW_VIDEO", both(ann));
    chat.forget();
    await ann.send("BLOCK_BUDDY", u32(bob.uid));
    bob.expect(icon(ann, false));
    ann.expect(PAUSE);
    await bob.send("VIEW_VIDEO", both(ann));
    // Looks as if the camera were off, so the block stays hidden.
    bob.expect(icon(ann, false));
    await ann.send("UNBLOCK", u32(bob.uid));
    bob.expect(icon(ann, true));
    cat.expect();

    // The same in the other direction, and for a user who joins later.
    await cat.send("BLOCK_BUDDY", u32(ann.uid));
    cat.expect(icon(ann, false));
    await cat.send("ROOM_LEAVE", oak);
    cat.take();
    await cat.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    const list = cat.take().find((line) => line.startsWith("ROOM_USER_LIST"))!;
    assert.match(text(list), /nickname=Ann[^\u00c8]*pub=N/);
    chat.forget();
    await ann.send("ROOM_STOP_PUBLISH_VIDEO", oak);
    cat.expect();
    later(chat, PAUSE_MS);
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    picture(chat, ann);
    cat.expect();
    bob.expect(icon(ann, false), icon(ann, true));
  }));

Deno.test("invisible members watch and cannot publish", () =>
  withChat(async (chat) => {
    const { ann } = await stage(chat);
    const ghost = await chat.signOn("Ghost", { role: "moderator" });
    await ghost.send("ROOM_JOIN", `${oak} 0001 0000082a`);
    chat.forget();
    await ghost.send("VIEW_VIDEO", both(ann));
    ghost.expect(viewFrom(ann));
    await ghost.send("ROOM_START_PUBLISH_VIDEO", oak);
    ghost.expect(
      "FEEDBACK e886 0001 'Nobody can see the video of invisible members.'",
    );
  }));

Deno.test("a user can watch their own picture", () =>
  withChat(async (chat) => {
    const { ann } = await stage(chat);
    chat.now += PAUSE_MS;
    await ann.send("VIEW_VIDEO", both(ann));
    ann.expect(viewFrom(ann), PUBLISH_TO);
  }));

Deno.test("VIDEO_KEEPALIVE is taken without an answer", () =>
  withChat(async (chat) => {
    const { ann } = await stage(chat);
    await ann.send("VIDEO_KEEPALIVE");
    ann.expect();
  }));

Deno.test("a mute ends the video of a user and keeps it off while it lasts", () =>
  withChat(async (chat) => {
    const { ann, bob } = await stage(chat);
    const mute = {
      uid: ann.uid,
      reason: "Calm down.",
      by: "Guard",
      rank: 1,
      at: chat.now,
      until: null,
    };
    chat.store.mutes.set(mute);
    chat.act((ctx) => muteChanged(ctx, ann.session));
    bob.expect(icon(ann, false), `RED_DOT_ON ${oak} ${u32(ann.uid)}`);
    assert.equal(chat.world.cameras.of(ann.uid), undefined);
    ann.take();
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    const answer = ann.take();
    assert.equal(answer.length, 1);
    assert.match(answer[0]!, /^FEEDBACK/);
    assert.equal(chat.world.cameras.of(ann.uid), undefined);
    chat.store.mutes.remove(ann.uid);
    chat.act((ctx) => muteChanged(ctx, ann.session));
    ann.take();
    await ann.send("ROOM_START_PUBLISH_VIDEO", oak);
    later(chat, PAUSE_MS);
    ann.expect(PUBLISH_TO);
  }));
