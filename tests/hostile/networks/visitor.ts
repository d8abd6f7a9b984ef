/**
 * A visitor in its own network: `visitor.ts CHAT sign-on UID PASSWORD`, `guess
 * COUNT`, `resets SECONDS`, `listen SPEAKER LISTENER`, `forge SPEAKER`. Prints
 * the result on standard output, and continues when its input ends.
 *
 * @module
 */
import { encodeHello, encodeVoiceFrame } from "../../../lib/protocol/rtp.ts";
import { PASSWORD, Peer } from "../../reliability/support/peer.ts";
import { RawTcp } from "../../support/raw_tcp.ts";

const VOICE_ROOM = 50001;
const VOICE_PORT = 2090;
const [chat = "", act = "", ...words] = Deno.args;
const [host = "", port] = chat.split(":");

const say = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
const released = async () => {
  for await (const _ of Deno.stdin.readable);
};

async function signOn(uid: number, password: string): Promise<string> {
  try {
    const peer = await Peer.connect(chat);
    const offset = await peer.greet(uid);
    await peer.write(Peer.login(uid, password, offset));
    await peer.until(
      () => peer.count("LOGIN_UNKNOWN") + peer.count("FEEDBACK") > 0,
      "an answer",
    );
    const online = peer.count("LOGIN_UNKNOWN") > 0;
    const text = online ? "online" : await peer.refused("LOGIN");
    peer.close();
    return text;
  } catch {
    return "no connection";
  }
}

async function guess(count: number): Promise<void> {
  for (let n = 0; n < count; n++) void signOn(2_000_000 + n, "wrong");
  await pause(1500);
}

async function resets(seconds: number): Promise<void> {
  using raw = new RawTcp();
  say("begun");
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end) {
    for (let n = 0; n < 40; n++) {
      raw.reset(raw.connect(Number(port), "0.0.0.0", host));
    }
    await pause(10);
  }
}

const voiceOf = (uid: number, sequence: number) =>
  encodeVoiceFrame({
    uid,
    sequence,
    timestamp: 640 * sequence,
    payload: new Uint8Array(132).fill(0xd2),
  });

/** Counts what the listener receives while the speaker has no voice link. */
async function listen(speaker: number, listener: number): Promise<void> {
  for (const uid of [speaker, listener]) {
    const peer = await (await Peer.connect(chat)).signOn(uid);
    await peer.join(VOICE_ROOM);
  }
  const conn = await Deno.connect({ hostname: host, port: VOICE_PORT });
  await conn.write(encodeHello(VOICE_ROOM, listener));
  let heard = 0;
  void (async () => {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) break;
      heard += count;
    }
  })().catch(() => {});
  say("ready");
  await released();
  say(`forged ${heard}`);
  const own = await Deno.connect({ hostname: host, port: VOICE_PORT });
  await own.write(encodeHello(VOICE_ROOM, speaker));
  for (let n = 0; n < 40 && heard === 0; n++) {
    await own.write(voiceOf(speaker, n));
    await pause(80);
  }
  say(heard > 0 ? "heard" : "deaf");
  Deno.exit(0);
}

/** Sends datagrams in the name of a member elsewhere. */
async function forge(speaker: number): Promise<void> {
  const socket = Deno.listenDatagram({
    hostname: "0.0.0.0",
    port: 0,
    transport: "udp",
  });
  const to: Deno.NetAddr = {
    transport: "udp",
    hostname: host,
    port: VOICE_PORT,
  };
  for (let n = 0; n < 20; n++) {
    await socket.send(encodeHello(VOICE_ROOM, speaker), to);
    // Datagrams have no length prefix.
    await socket.send(voiceOf(speaker, n).subarray(4), to);
    await pause(50);
  }
  socket.close();
}

const [first = 0, second = 0] = words.map(Number);
if (act === "sign-on") say(await signOn(first, words[1] ?? PASSWORD));
else if (act === "guess") await guess(first);
else if (act === "resets") await resets(first);
else if (act === "listen") await listen(first, second);
else if (act === "forge") await forge(first);
else throw new Error(`unknown act: ${act}`);
Deno.exit(0);
