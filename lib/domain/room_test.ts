import assert from "node:assert/strict";
import { STATUS } from "../protocol/packets/pals.ts";
import { Room } from "./room.ts";
import { Session } from "./session.ts";
import type { Account } from "./store.ts";

Deno.test("Room.memberEntry() is the same object until something of it changes", () => {
  const room = Room.temporary({
    gid: 1001,
    name: "one",
    category: 30018,
    type: 3,
    rating: "G",
    owner: 1000002,
    lockword: "",
    createdAt: 0,
    floorPauseMs: 1000,
  });
  const session = new Session(1, "10.0.0.1", "10.0.0.2", 0);
  const account = { uid: 1000003, nickname: "Ann", color: "255000000" };
  session.account = account as Account;
  const member = room.add(session, { admin: false, invisible: false });
  const changes: readonly [string, () => void][] = [
    ["admin", () => member.admin = true],
    ["mic", () => room.addRedDot(session.uid, 0)],
    ["publishing", () => member.publishing = true],
    ["away", () => session.status = STATUS.away],
    ["hand", () => room.raiseHand(session.uid)],
    [
      "nickname",
      () => session.account = { ...account, nickname: "Zoë" } as Account,
    ],
    ["color", () => session.account = { ...session.account, color: "0" }],
  ];
  for (const [key, change] of changes) {
    const before = room.memberEntry(member);
    assert.equal(room.memberEntry(member), before);
    change();
    const after = room.memberEntry(member);
    assert.notEqual(after, before);
    const told = Object.entries(after).filter(([name, value]) =>
      value !== before[name as keyof typeof before]
    );
    assert.deepEqual(told.map(([name]) => name), [key]);
  }
});
