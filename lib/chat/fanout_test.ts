import assert from "node:assert/strict";
import type { Effect, Skip } from "../domain/effects.ts";
import { Room } from "../domain/room.ts";
import { Session } from "../domain/session.ts";
import type { Account, Uid } from "../domain/store.ts";
import { decodeText, encodeText } from "../protocol/windows1252.ts";
import { Fanout } from "./fanout.ts";

/** Lines that keep what they were given, piece by piece. */
function make() {
  const lines = new Map<
    Session,
    { pieces: Uint8Array[]; flushed: number; waiting: boolean }
  >();
  const rooms = new Map<number, Room>();
  const events: string[] = [];
  const fanout = new Fanout({
    line(id) {
      const [session, line] = [...lines].find(([one]) => one.id === id) ?? [];
      return session && line && {
        session,
        push(frame, receipt) {
          line.pieces.push(frame);
          if (receipt !== undefined) events.push(`receipt ${receipt.what}`);
          const first = !line.waiting;
          line.waiting = true;
          return first;
        },
        flush() {
          line.flushed++;
          line.waiting = false;
        },
        close(reason) {
          events.push(`close ${session.uid} ${reason}`);
          return Promise.resolve();
        },
      };
    },
    room: (gid) => rooms.get(gid),
    voice: (change) => events.push(`voice ${change.what}`),
    video: (change) => events.push(`video ${change.what}`),
    permits: () => true,
  });
  const person = (uid: Uid, ...joined: Room[]) => {
    const session = new Session(uid, "192.0.2.1", "", 0);
    session.account = { uid } as Account;
    for (const room of joined) {
      rooms.set(room.gid, room);
      room.add(session, { admin: false, invisible: false });
    }
    lines.set(session, { pieces: [], flushed: 0, waiting: false });
    return session;
  };
  const heard = (session: Session) =>
    lines.get(session)!.pieces.map(decodeText);
  return { fanout, lines, events, person, heard };
}

function room(gid: number): Room {
  return Room.temporary({
    gid,
    name: `Room ${gid}`,
    category: 30018,
    type: 0,
    rating: "G",
    owner: null,
    lockword: "",
    createdAt: 0,
    floorPauseMs: 1000,
  });
}

const say = (to: Room, text: string, skip?: Skip): Effect => ({
  kind: "room",
  gid: to.gid,
  frame: encodeText(text),
  skip,
});
const tell = (to: Session, text: string): Effect => ({
  kind: "send",
  to: to.id,
  frame: encodeText(text),
});

Deno.test("Fanout merges a room's frames of one turn once for all members", async () => {
  const { fanout, lines, person, heard } = make();
  const lounge = room(1);
  const [ann, ben] = [person(1, lounge), person(2, lounge)];
  fanout.perform([say(lounge, "a"), say(lounge, "b")]);
  fanout.perform([say(lounge, "c")]);
  assert.deepEqual(heard(ann), [], "not before the turn ends");
  await Promise.resolve();
  assert.deepEqual(heard(ann), ["abc"]);
  assert.equal(lines.get(ann)!.pieces[0], lines.get(ben)!.pieces[0], "shared");
  assert.equal(lines.get(ann)!.flushed, 1);
});

Deno.test("Fanout shares a single frame without a copy", () => {
  const { fanout, lines, person } = make();
  const lounge = room(1);
  const ann = person(1, lounge);
  const effect = say(lounge, "a") as Extract<Effect, { kind: "room" }>;
  fanout.perform([effect]);
  fanout.flush();
  assert.equal(lines.get(ann)!.pieces[0], effect.frame);
});

Deno.test("Fanout leaves out frames that a member must not receive", () => {
  const { fanout, person, heard } = make();
  const lounge = room(1);
  const [ann, ben, cat] = [1, 2, 3].map((uid) => person(uid, lounge));
  fanout.perform([
    say(lounge, "a", 1),
    say(lounge, "b", new Set([2, 3])),
    say(lounge, "c", 3),
  ]);
  fanout.flush();
  assert.deepEqual(heard(ann!), ["bc"]);
  assert.deepEqual(heard(ben!), ["ac"]);
  assert.deepEqual(heard(cat!), ["a"]);
});

Deno.test("Fanout sends nothing to a member who skips all frames", () => {
  const { fanout, person, heard } = make();
  const lounge = room(1);
  const ann = person(1, lounge);
  fanout.perform([say(lounge, "a", 1)]);
  fanout.flush();
  assert.deepEqual(heard(ann), []);
});

Deno.test("Fanout keeps the order between a room's frames and a member's own", () => {
  const { fanout, person, heard } = make();
  const lounge = room(1);
  const [ann, ben] = [person(1, lounge), person(2, lounge)];
  fanout.perform([
    say(lounge, "1"),
    tell(ann, "2"),
    say(lounge, "3"),
    tell(ann, "4"),
  ]);
  fanout.flush();
  assert.equal(heard(ann).join(""), "1234");
  assert.equal(heard(ben).join(""), "13");
});

Deno.test("Fanout does not flush a room early for a user outside it", () => {
  const { fanout, person, heard } = make();
  const lounge = room(1);
  const [ann, zoe] = [person(1, lounge), person(9)];
  fanout.perform([say(lounge, "1"), tell(zoe, "x"), say(lounge, "2")]);
  fanout.flush();
  assert.deepEqual(heard(ann), ["12"]);
  assert.deepEqual(heard(zoe), ["x"]);
});

Deno.test("Fanout.settleRoom delivers earlier frames to the earlier members", () => {
  const { fanout, person, heard } = make();
  const lounge = room(1);
  const ann = person(1, lounge);
  fanout.perform([say(lounge, "before")]);
  fanout.settleRoom(lounge);
  const ben = person(2, lounge);
  fanout.perform([say(lounge, "after")]);
  fanout.flush();
  assert.deepEqual(heard(ann), ["before", "after"]);
  assert.deepEqual(heard(ben), ["after"]);
});

Deno.test("Fanout writes settled frames even if no others follow", async () => {
  const { fanout, lines, person } = make();
  const lounge = room(1);
  const ann = person(1, lounge);
  fanout.perform([say(lounge, "a")]);
  fanout.settleRoom(lounge);
  await Promise.resolve();
  assert.equal(lines.get(ann)!.flushed, 1);
});

Deno.test("Fanout does not let one turn's talk run a queue over", () => {
  const { fanout, lines, person } = make();
  const lounge = room(1);
  const ann = person(1, lounge);
  const long = "x".repeat(10_000);
  fanout.perform([1, 2, 3, 4].map(() => say(lounge, long)));
  const { pieces, flushed } = lines.get(ann)!;
  assert.deepEqual(pieces.map(({ length }) => length), [40_000]);
  assert.equal(flushed, 1, "written before the turn ends");
});

Deno.test("Fanout writes a line once per turn, however many rooms he is in", () => {
  const { fanout, lines, person } = make();
  const [lounge, porch] = [room(1), room(2)];
  const ann = person(1, lounge, porch);
  fanout.perform([say(lounge, "a"), say(porch, "b"), tell(ann, "c")]);
  fanout.flush();
  assert.equal(lines.get(ann)!.pieces.length, 3);
  assert.equal(lines.get(ann)!.flushed, 1);
});

Deno.test("Fanout passes a frame's receipt on", () => {
  const { events, fanout, person } = make();
  fanout.perform([{
    kind: "send",
    to: person(1).id,
    frame: encodeText("a"),
    receipt: { what: "profile page", ids: [7] },
  }]);
  assert.deepEqual(events, ["receipt profile page"]);
});

Deno.test("Fanout writes the room's last frames before it closes a member's line", () => {
  const { fanout, events, person, heard } = make();
  const lounge = room(1);
  const ann = person(1, lounge);
  fanout.perform([
    say(lounge, "bye"),
    { kind: "close", session: ann.id, reason: "why" },
    { kind: "voice", change: { what: "closed", gid: 1 } },
  ]);
  assert.deepEqual(heard(ann), ["bye"]);
  assert.deepEqual(events, ["close 1 why", "voice closed"]);
});

Deno.test("Fanout passes over a session whose connection is gone", () => {
  const { fanout, lines, person, heard } = make();
  const lounge = room(1);
  const [ann, ben] = [person(1, lounge), person(2, lounge)];
  lines.delete(ann);
  fanout.perform([say(lounge, "a"), tell(ann, "b")]);
  fanout.flush();
  assert.deepEqual(heard(ben), ["a"]);
});
