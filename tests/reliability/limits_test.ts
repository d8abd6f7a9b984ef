import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import { packet, u32 } from "./support/peer.ts";
import { Rig } from "./support/rig.ts";

const OAK = 50001;

Deno.test("a burst of fifty frames in one segment right after sign-on is taken whole", async () => {
  await using rig = await Rig.start();
  const ann = await rig.guest("Ann");
  await ann.join(OAK);
  const { uid } = rig.user("Bob");
  const bob = await rig.connect();
  await bob.signOn(uid);
  const lines = Array.from(
    { length: 50 },
    (_, n) => packet("IM_OUT", u32(ann.uid), `line ${n}`),
  );
  await bob.write(concat(lines));
  await bob.settled();
  await ann.settled();
  assert.equal(ann.count("NEW_STYLE_IM") + ann.count("IM_IN"), 50);
});

Deno.test("somebody with a full mailbox can sign on, and gets every message in order", async () => {
  await using rig = await Rig.start();
  const ann = rig.user("Ann");
  const bob = rig.user("Bob");
  const body = (n: number) =>
    new TextEncoder().encode(`${n} `.padEnd(2000, "x"));
  for (let n = 0; n < 200; n++) {
    rig.store.messages.add({
      to: ann.uid,
      from: bob.uid,
      body: body(n),
      at: n,
    });
  }
  const peer = await rig.connect();
  await peer.signOn(ann.uid);
  for (let n = 0; n < 200; n++) {
    const payload = await peer.expect("IM_IN");
    assert.ok(
      new TextDecoder().decode(payload.subarray(4)).startsWith(`${n} `),
    );
  }
  await rig.until(() => rig.store.messages.count(ann.uid) === 0);
});
