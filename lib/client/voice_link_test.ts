import assert from "node:assert/strict";
import { concat, hex } from "../protocol/bytes.ts";
import { encodeHello } from "../protocol/rtp.ts";
import { nextHeard, Talker, withoutPrefix } from "./voice_channel.ts";
import { openVoiceLink } from "./tcp.ts";
import { VoiceHealth } from "./voice_link.ts";

const OAK = 50001;
const ME = 1000002;
const KIM = 1000003;

/**
 * Returns a client's voice link, and the accepted socket on the server's side.
 */
async function linked(health = new VoiceHealth()) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: host, port } = listener.addr as Deno.NetAddr;
  const accepted = listener.accept();
  const link = await openVoiceLink({ host, port, gid: OAK, uid: ME, health });
  const server = await accepted;
  listener.close();
  const hello = new Uint8Array(8);
  for (let at = 0; at < 8;) at += (await server.read(hello.subarray(at)))!;
  assert.equal(hex(hello), hex(encodeHello(OAK, ME)));
  return { link, server, health };
}

Deno.test("VoiceLink hears whole frames however they are cut", async () => {
  const { link, server } = await linked();
  const talker = new Talker(KIM);
  const frames = [talker.next(1), talker.next(2), talker.next(3, 10)];
  for (const byte of concat(frames)) await server.write(Uint8Array.of(byte));
  for (const frame of frames) {
    const heard = await nextHeard(link, KIM);
    assert.equal(hex(heard.frame), hex(withoutPrefix(frame)));
  }
  server.close();
  await link.closed;
  assert.equal(link.health.poison, undefined, "ended between whole frames");
});

Deno.test("VoiceLink is poisoned by a length that the client cannot take", async () => {
  for (const length of [49, 1001, 0x80030001]) {
    const { link, server, health } = await linked();
    const prefix = new Uint8Array(4);
    new DataView(prefix.buffer).setUint32(0, length);
    await server.write(prefix);
    await link.closed;
    assert.equal(health.poison, `a frame of ${length} bytes`);
    server.close();
  }
});

Deno.test("VoiceLink is poisoned by a frame that the server cuts", async () => {
  const { link, server, health } = await linked();
  await server.write(new Talker(KIM).next().subarray(0, 100));
  server.close();
  await link.closed;
  assert.match(health.poison!, /cut a frame at 100 bytes/);
});

Deno.test("VoiceLink of a poisoned client closes at the first byte", async () => {
  const health = new VoiceHealth();
  health.poison = "earlier";
  const { link, server } = await linked(health);
  await server.write(new Talker(KIM).next());
  await link.closed;
  assert.deepEqual(link.heard.items, []);
  server.close();
});

Deno.test("Talker numbers its frames as the real client does", () => {
  const talker = new Talker(ME, { sequence: 0xffff, timestamp: 0xfffffd80 });
  const [first, second] = [talker.next(), talker.next(0, 10)];
  assert.equal(
    hex(first.subarray(0, 18)),
    "00000094 8003 ffff fffffd80 000f4242 d000".replaceAll(" ", ""),
  );
  assert.equal(hex(first.subarray(-4)), "42420f00");
  assert.equal(
    hex(second.subarray(0, 16)),
    "0000015a 8003 0000 00000000 000f4242".replaceAll(" ", ""),
  );
});
