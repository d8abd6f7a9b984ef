/**
 * video_storm.ts PORT UID: opens connections to a video port as fast as
 * possible, several at a time, and sends invalid data: GETs and pictures with
 * wrong digits, other protocols, or nothing.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program of its own
import { encodeRequest } from "../../../../lib/protocol/video_port.ts";
import { encodeText } from "../../../../lib/protocol/windows1252.ts";

const HANDS = 48;
const port = Number(Deno.args[0]);
const uid = Number(Deno.args[1]);
const digits = "2907279730772327";
const SAID = [
  encodeText(`GET /ab?1&${uid}&${uid}&${digits}\n`),
  encodeRequest({ kind: "picture", uid, digits, size: 4000 }),
  encodeText("GET / HTTP/1.1\r\nHost: there\r\n\r\n"),
  new Uint8Array(400),
];

let made = 0;
async function hand(n: number): Promise<void> {
  for (let i = n;; i++) {
    try {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      made++;
      await conn.write(SAID[i % SAID.length]!);
      await conn.read(new Uint8Array(64));
    } catch {
      // Refused or reset, as expected.
    }
  }
}

for (let n = 0; n < HANDS; n++) void hand(n);
setInterval(() => {
  console.log(made);
  made = 0;
}, 1000);
