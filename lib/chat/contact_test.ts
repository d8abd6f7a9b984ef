import assert from "node:assert/strict";
import { hex } from "../protocol/bytes.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { privacyAllows } from "./contact.ts";
import {
  joinAll,
  OAK,
  u32,
  withChat,
} from "../../tests/support/chat/test_chat.ts";

Deno.test("privacyAllows() is the client's menu", () => {
  const contacts = ["text", "invitation", "random", "file", "call"] as const;
  const allowed = (privacy: "A" | "T" | "P", isPal: boolean) =>
    contacts.filter((contact) => privacyAllows(privacy, contact, isPal));
  assert.deepEqual(allowed("A", false), contacts);
  assert.deepEqual(allowed("T", false), ["text", "invitation", "random"]);
  assert.deepEqual(allowed("P", false), []);
  for (const privacy of ["A", "T", "P"] as const) {
    assert.deepEqual(allowed(privacy, true), contacts);
  }
});

Deno.test("privacy T lets strangers write and invite, and only pals call", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann);
    await bob.send("SET_PRIVACY", "'T'");
    await ann.send("IM_OUT", `${u32(bob.uid)} 'hi'`);
    await ann.send("INVITE_OUT", `${u32(OAK)} ${u32(bob.uid)}`);
    assert.deepEqual(bob.takeNames(), ["NEW_STYLE_IM", "INVITE_IN"]);
    const calls = {
      CALL_REQUEST: "fe3e",
      VIDEO_REQUEST: "fd44",
      XFER_REQUEST: "fe43",
    } as const;
    const refusal = "Bob accepts this from pals only.";
    for (const [name, type] of Object.entries(calls)) {
      await ann.send(name as keyof typeof calls, `${u32(bob.uid)} 082a`);
      assert.equal(
        ann.take()[0],
        `FEEDBACK ${type}0001${hex(encodeText(refusal))}`,
      );
    }
    bob.expect();
    await bob.send("ADD_PAL", u32(ann.uid));
    bob.take();
    for (const name of Object.keys(calls)) {
      await ann.send(name as keyof typeof calls, `${u32(bob.uid)} 082a`);
    }
    ann.expect();
    assert.deepEqual(bob.takeNames(), [
      "CALL_OFFER",
      "VIDEO_OFFER",
      "XFER_OFFER",
    ]);
  }));
