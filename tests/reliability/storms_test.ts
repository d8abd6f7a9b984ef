import assert from "node:assert/strict";
import { encodeHello } from "../../lib/protocol/rtp.ts";
import { RAW_TCP_WORKS, RawTcp } from "../support/raw_tcp.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { packet, PASSWORD, Peer, u32 } from "./support/peer.ts";
import { Rig } from "./support/rig.ts";

const OAK = 50001;
const RESETS = 300;
/** Milliseconds; a pause of 50 ms for each reset would take 15 s. */
const BOUND_MS = 3000;

const portOf = (address: string | null) =>
  Number(address!.slice(address!.lastIndexOf(":") + 1));

Deno.test({
  name: "connections reset before they are accepted delay no new client",
  ignore: !RAW_TCP_WORKS,
  async fn() {
    await using rig = await Rig.start({
      config: { "web.enabled": true, "web.port": 0, "web.legacy_port": 0 },
    });
    const { uid } = rig.user("Ann");
    const { chat, voice, web } = rig.server;
    const storm = (port: number) => {
      using raw = new RawTcp();
      for (let n = 0; n < RESETS; n++) raw.reset(raw.connect(port));
    };
    const took = async (work: () => Promise<unknown>) => {
      const began = performance.now();
      await work();
      return performance.now() - began;
    };

    storm(portOf(chat));
    let ann: Peer | undefined;
    const signOn = await took(async () => {
      ann = await (await rig.connect()).signOn(uid);
    });
    assert.ok(signOn < BOUND_MS, `sign-on took ${signOn} ms`);

    await ann!.join(OAK);
    storm(portOf(voice));
    const link = await took(async () => {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: portOf(voice),
      });
      await conn.write(encodeHello(OAK, uid));
      await rig.until(() => rig.server.live.status().voiceLinks.tcp === 1);
      conn.close();
    });
    assert.ok(link < BOUND_MS, `voice took ${link} ms`);

    storm(portOf(web));
    const page = await took(async () => {
      const response = await fetch(`http://${web}/`);
      await response.body?.cancel();
    });
    assert.ok(page < BOUND_MS, `page took ${page} ms`);
  },
});

Deno.test("password checks of clients that hang up are skipped", async () => {
  await using rig = await Rig.start({
    config: { "auth.scrypt_log2n": 14 },
  });
  const { PasswordHasher } = await import("../../lib/ops/password_hash.ts");
  const slow = await new PasswordHasher({ log2n: 14 }).hash(
    encodeText(PASSWORD),
  );
  const ann = rig.user("Ann");
  rig.store.accounts.setPassword(ann.uid, slow);
  const signOn = async () => {
    const began = performance.now();
    const peer = await rig.connect();
    await peer.signOn(ann.uid);
    return performance.now() - began;
  };
  const alone = await signOn();
  for (let n = 0; n < 200; n++) {
    const peer = await rig.connect();
    const offset = await peer.greet(ann.uid);
    // Bytes after the LOGIN must not hide the end of the connection.
    await peer.write(
      concat([
        Peer.login(ann.uid, "guess", offset),
        packet("CLIENT_HELLO", u32(0)),
      ]),
    );
    peer.close();
  }
  const after = await signOn();
  assert.ok(
    after < 1000 + 10 * alone,
    `${after} ms, and ${alone} ms without those that hung up`,
  );
});
