/**
 * Who is in a room, with the signs of the old client, and what can be done.
 *
 * @module
 */
import type { MemberEntry } from "../../../lib/protocol/packets/members.ts";
import {
  ignoreMember,
  redDot,
  unredDot,
} from "../../../lib/protocol/packets/microphone.ts";
import {
  ban,
  bounceReason,
  makeAdmin,
  roomBounce,
} from "../../../lib/protocol/packets/moderation.ts";
import { addPal, blockBuddy } from "../../../lib/protocol/packets/pals.ts";
import type { Room } from "../model.ts";
import { usePage } from "./base.tsx";

export function Members({ room }: { room: Room }) {
  const { model } = usePage();
  const speaker = model.speaking.get(room.gid);
  // Raised hands first, in their order, as in the old client.
  const order = (member: MemberEntry) => member.hand || Infinity;
  const members = [...room.members.values()].sort((a, b) =>
    order(a) - order(b) || Number(b.admin) - Number(a.admin) ||
    a.nickname.localeCompare(b.nickname)
  );
  return (
    <section class="members" aria-labelledby="members">
      <h2 id="members">Members ({members.length})</h2>
      <ul class="people-list scroll">
        {members.map((member) => (
          <MemberRow
            key={member.uid}
            room={room}
            member={member}
            speaks={member.uid === speaker}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly room: Room;
  readonly member: MemberEntry;
  readonly speaks: boolean;
}

function MemberRow({ room, member, speaks }: RowProps) {
  const { model } = usePage();
  const signs: [boolean, string, string][] = [
    [speaks, "🔊", "speaking"],
    [member.hand > 0, "✋", `hand up, number ${member.hand}`],
    [!member.mic && room.hasVoice, "🔴", "may not speak"],
    [room.cameras.has(member.uid), "📷", "camera on"],
    [member.away, "💤", "away"],
    [room.ignored.has(member.uid), "🚫", "ignored by you"],
  ];
  const isMe = member.uid === model.me.uid;
  return (
    <li class={`person${speaks ? " speaks" : ""}`}>
      <span class="name">
        {member.admin && (
          <b class="admin" title="admin">
            @<span class="unseen">admin</span>
          </b>
        )}
        {member.nickname}
        {signs.map(([on, sign, words]) =>
          on && (
            <span key={words} class="sign" role="img" aria-label={words}>
              {sign}
            </span>
          )
        )}
      </span>
      {!isMe && <Choices room={room} member={member} />}
    </li>
  );
}

function Choices({ room, member }: { room: Room; member: MemberEntry }) {
  const { model, session, video } = usePage();
  const { uid, nickname } = member;
  const at = { gid: room.gid, uid };
  const ignored = room.ignored.has(uid);
  const ignore = () => {
    session.send(ignoreMember, { ...at, on: !ignored });
    if (ignored) room.ignored.delete(uid);
    else room.ignored.add(uid);
    model.changed();
  };
  const whisper = () => {
    const text = prompt(`Whisper to ${nickname}`);
    if (text) session.say(room.gid, `/w ${nickname}: ${text}`);
  };
  const bounce = () => {
    const reason = prompt(`Why is ${nickname} bounced?`, "");
    if (reason === null) return;
    if (reason) session.send(bounceReason, { ...at, text: `BR: ${reason}` });
    session.send(roomBounce, at);
  };
  const block = () => {
    session.send(blockBuddy, { uid });
    model.blocked.set(uid, nickname);
    model.changed();
  };
  const choices: [string, () => void][] = [
    ...(room.cameras.has(uid)
      ? [["Watch the camera", () => video.watch(room.gid, uid)] as [
        string,
        () => void,
      ]]
      : []),
    ["Message", () => model.open({ kind: "person", uid })],
    ["Whisper", whisper],
    ...(model.pals.has(uid) ? [] : [
      ["Add to my pals", () => session.send(addPal, { uid })] as [
        string,
        () => void,
      ],
    ]),
    [ignored ? "Stop ignoring" : "Ignore here", ignore],
    ["Block everywhere", block],
  ];
  if (room.admin) {
    choices.push(
      member.mic
        ? ["Red dot", () => session.send(redDot, at)]
        : ["Take red dot away", () => session.send(unredDot, at)],
      ["Bounce", bounce],
      ["Ban", () => session.send(ban, at)],
      ["Make admin", () => session.send(makeAdmin, at)],
    );
  }
  return (
    <details class="menu">
      <summary aria-label={`What to do with ${nickname}`}>⋯</summary>
      <div class="choices">
        {choices.map(([label, act]) => (
          <button
            key={label}
            type="button"
            onClick={({ currentTarget }) => {
              currentTarget.closest("details")?.removeAttribute("open");
              act();
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </details>
  );
}
