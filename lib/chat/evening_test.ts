/**
 * Three 5.0 clients receive the same bytes in a scripted evening whether a
 * fourth user is there with 5.0 or with Gaim's plugin: the dialect of one
 * client changes nothing for the others.
 */
import assert from "node:assert/strict";
import {
  OAK,
  type TestClient,
  u32,
  withChat,
} from "../../tests/support/chat/test_chat.ts";
import { gaim } from "../../tests/support/chat/gaim.ts";

/** A UTF-8 text as the plugin sends it, or Windows-1252. */
function written(text: string, unicode: boolean): string {
  const bytes = unicode
    ? new TextEncoder().encode(text)
    : Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Everything that the three receive, in order. */
async function evening(plugin: boolean): Promise<string[]> {
  const lines: string[] = [];
  await withChat(async (chat) => {
    const people: Record<string, TestClient> = {};
    const note = (what: string) => {
      lines.push(`# ${what}`);
      for (const [name, client] of Object.entries(people)) {
        lines.push(...client.take().map((frame) => `${name} ${frame}`));
      }
    };
    const signOn = async (name: string) => {
      people[name] = await chat.signOn(name, { take: false });
      note(`${name} signs on`);
      return people[name];
    };
    const ann = await signOn("Ann");
    const bob = await signOn("Bob");
    const zoe = await signOn("Zo\u00eb");
    const gus = plugin ? await gaim(chat, "Gus") : await chat.signOn("Gus");
    const [a, b, z, g] = [ann, bob, zoe, gus].map(({ uid }) => u32(uid));
    const oak = u32(OAK);
    const naive = written("na\u00efve", plugin);
    const join = `${oak} 0000 0000082a`;
    const script: readonly [
      TestClient,
      Parameters<TestClient["send"]>[0],
      string,
    ][] = [
      [ann, "IM_OUT", `${b} 'Hello \u20ac'0a'<p'`],
      [bob, "IM_OUT", `${a} '<<( x'`],
      [ann, "IM_OUT", `${g} 'Hello'`],
      [gus, "IM_OUT", `${a} ${naive}`],
      [zoe, "ADD_PAL", g!],
      [gus, "AWAY_MODE", naive],
      [gus, "ONLINE_MODE", ""],
      [zoe, "USER_SEARCH", "'nickname=Gus'0a"],
      [zoe, "BLOCK_BUDDY", b!],
      [zoe, "GET_BLOCKED", ""],
      [zoe, "UNBLOCK", b!],
      [ann, "REFRESH_CATEGORIES", "00000001 00000001 00007542"],
      [ann, "ROOM_JOIN", join],
      [gus, "ROOM_JOIN", join],
      [bob, "ROOM_JOIN", join],
      [zoe, "ROOM_JOIN", join],
      [ann, "ROOM_MESSAGE_OUT", `${oak} 'na\u00efve'`],
      [ann, "ROOM_MESSAGE_OUT", oak],
      [gus, "ROOM_MESSAGE_OUT", `${oak} ${naive}`],
      [gus, "ROOM_MESSAGE_OUT", `${oak} '/w Bob: psst'`],
      [ann, "MAKE_ADMIN", `${oak} ${g}`],
      [gus, "REQ_MIC", oak],
      [ann, "RED_DOT", `${oak} ${g}`],
      [ann, "ROOM_CREATE", "0000 0000 7533 0000082a 47 'Caf\u00e9'"],
      [ann, "INVITE_OUT", `${oak} ${z}`],
      [gus, "PRIVATE_INVITE", `00010000082a0001 ${b}`],
      [ann, "XFER_REQUEST", `${b} 082a`],
      [bob, "XFER_ACCEPT", `${a} 082a`],
      [ann, "CALL_REQUEST", `${z} 082a`],
      [ann, "VIDEO_REQUEST", `${z} 082b`],
      [gus, "ROOM_LEAVE", oak],
      [ann, "ROOM_JOIN", "0000ffff 0000 0000082a"],
      [ann, "PASSWORD_CHANGE_ASK", a!],
    ];
    for (const [who, packet, bytes] of script) {
      await who.send(packet, bytes);
      note(`${who.session.nickname} ${packet}`);
    }
    people["Bob 2"] = await chat.signOn("Bob", { take: false });
    note("Bob signs on again");
    gus.hangUp();
    note("Gus is gone");
  });
  return lines;
}

Deno.test("an evening with Gaim has the same bytes for 5.0 as one without", async () => {
  const [with5, withGaim] = [await evening(false), await evening(true)];
  assert.ok(with5.length > 150);
  for (const [i, line] of with5.entries()) assert.equal(withGaim[i], line);
  assert.equal(withGaim.length, with5.length);
});
