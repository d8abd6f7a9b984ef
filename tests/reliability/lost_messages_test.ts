/**
 * A client whose network fails silently: no message written to it may be lost
 * (docs/adr/0008-offline-delivery.md).
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Value } from "../../lib/config/setting.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { packet, type Peer, u32 } from "./support/peer.ts";
import { Rig } from "./support/rig.ts";

const PREFIX = /^<<\(\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d\d [AP]M [\w+:-]+\)>>/;

class Scene implements AsyncDisposable {
  private constructor(
    readonly rig: Rig,
    readonly ann: Peer,
    readonly bob: Peer,
  ) {}

  static async start(config: Record<string, Value> = {}): Promise<Scene> {
    const rig = await Rig.start({ config });
    const bob = await rig.guest("Bob");
    // Messages from pals arrive without the sender's name.
    const { uid } = rig.user("Ann");
    rig.store.relations.addPal(uid, bob.uid, Date.now());
    return new Scene(rig, await (await rig.connect()).signOn(uid), bob);
  }

  /** Bob writes, and the operating system accepts the bytes for Ann. */
  async write(...lines: string[]): Promise<void> {
    const before = messages(this.ann);
    for (const line of lines) {
      await this.bob.write(packet("IM_OUT", u32(this.ann.uid), line));
    }
    await this.bob.settled();
    await this.ann.until(
      () => messages(this.ann) === before + lines.length,
      "the messages at the connection that dies",
    );
  }

  /** Ann signs on again; the old connection never answers again. */
  async signOnAgain(): Promise<Peer> {
    return await (await this.rig.connect()).signOn(this.ann.uid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
  }
}

function messages(peer: Peer): number {
  return peer.count("IM_IN") + peer.count("NEW_STYLE_IM");
}

/**
 * Returns the messages received, in order, and whether each starts with a date.
 */
async function redelivered(peer: Peer, count: number): Promise<string[]> {
  const came: string[] = [];
  for (let n = 0; n < count; n++) {
    const text = decodeText((await peer.expect("IM_IN")).subarray(4));
    came.push(text.replace(PREFIX, "again: "));
  }
  return came;
}

Deno.test("messages to a dead connection come again where the user signs on", async () => {
  await using scene = await Scene.start();
  const lines = Array.from({ length: 15 }, (_, n) => `line ${n}`);
  await scene.write(...lines);
  const again = await scene.signOnAgain();
  assert.deepEqual(
    await redelivered(again, 15),
    lines.map((line) => `again: ${line}`),
  );
});

Deno.test("a packet after a message counts as its arrival", async () => {
  await using scene = await Scene.start();
  await scene.write("seen");
  await scene.ann.settled();
  await scene.write("not seen");
  const again = await scene.signOnAgain();
  assert.deepEqual(await redelivered(again, 1), ["again: not seen"]);
  await again.settled();
  assert.equal(again.count("IM_IN"), 0);
});

Deno.test("after a goodbye, or a FIN, nothing comes again", async () => {
  for (const goodbye of [true, false]) {
    await using scene = await Scene.start();
    await scene.write("seen");
    if (goodbye) await scene.ann.send("BYE");
    else await scene.ann.conn.closeWrite();
    await scene.rig.until(() => scene.rig.server.live.status().sessions === 1);
    const again = await scene.signOnAgain();
    await again.settled();
    assert.equal(again.count("IM_IN"), 0);
  }
});

Deno.test("messages older than the setting do not come again", async () => {
  await using scene = await Scene.start({ "messages.redeliver_seconds": 60 });
  await scene.write("old");
  scene.rig.ahead += 61_000;
  await scene.write("new");
  const again = await scene.signOnAgain();
  assert.deepEqual(await redelivered(again, 1), ["again: new"]);
});

Deno.test("two missing ticks in a voice room end a session, and its messages wait", async () => {
  await using scene = await Scene.start();
  const { rig, ann, bob } = scene;
  const { gid } = rig.store.rooms.create({
    name: "Vault",
    category: 30018,
    type: 3,
    createdAt: Date.now(),
  });
  rig.server.live.roomChanged(gid);
  await ann.join(gid);
  await bob.join(gid);
  await scene.write("hello?");
  await bob.send("ROOM_MESSAGE_OUT", u32(gid), "a room line");
  rig.ahead += 100_000;
  await ann.send("KEEPALIVE");
  await bob.send("KEEPALIVE");
  await scene.write("are you there?");
  rig.ahead += 131_000;
  await bob.send("KEEPALIVE");
  await rig.logged("disconnected", "no sign of life in a voice room", "Ann");
  assert.equal(rig.server.live.status().sessions, 1);
  const again = await scene.signOnAgain();
  assert.deepEqual(await redelivered(again, 1), ["again: are you there?"]);
  await again.settled();
  assert.equal(again.count("ROOM_MESSAGE_IN"), 0);
});

Deno.test("a client outside voice rooms may be silent for longer", async () => {
  await using scene = await Scene.start({ "limits.signon_seconds": 1 });
  const { rig, ann } = scene;
  rig.ahead += 600_000;
  await (await rig.connect()).ended();
  await ann.settled();
  assert.equal(ann.closed, false);
});
