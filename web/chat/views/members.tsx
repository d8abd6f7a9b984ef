/**
 * The members of a room, with the old client's icons, and the actions on them.
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
import { privateInvite } from "../../../lib/protocol/packets/rooms.ts";
import type { Room } from "../model.ts";
import type { Session } from "../session.ts";
import { Ask } from "./ask.tsx";
import { usePage } from "./base.tsx";
import { type Choice, Menu } from "./menu.tsx";
import { Profile } from "./profile.tsx";
import { Sign, type SignName } from "./sign.tsx";

export function Members({ room }: { room: Room }) {
  const { model } = usePage();
  const speakers = model.speaking.get(room.gid) ?? [];
  // Raised hands first and in order, as in the old client.
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
            speaks={speakers.includes(member.uid)}
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
  const signs: [boolean, SignName, string][] = [
    [speaks, "speaking", "speaking"],
    [member.hand > 0, "hand", `hand up, number ${member.hand}`],
    [!member.mic && room.hasVoice, "red-dot", "may not speak"],
    [room.cameras.has(member.uid), "camera", "camera on"],
    [member.away, "away", "away"],
    [room.ignored.has(member.uid), "ignored", "ignored by you"],
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
        {signs.map(([on, name, label]) =>
          on && <Sign key={name} name={name} label={label} />
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
  const block = () => {
    session.send(blockBuddy, { uid });
    model.blocked.set(uid, nickname);
    model.changed();
  };
  const watch: Choice = {
    label: "Watch the camera",
    act: () => video.watch(room.gid, uid),
  };
  const add: Choice = {
    label: "Add to my pals",
    act: () => session.send(addPal, { uid }),
  };
  const choices: Choice[] = [
    ...(room.cameras.has(uid) ? [watch] : []),
    { label: "Message", act: () => model.open({ kind: "person", uid }) },
    {
      label: "Whisper",
      dialog: (close) => <Whisper room={room} to={nickname} close={close} />,
    },
    {
      label: "Profile",
      dialog: (close) => (
        <Profile
          uid={uid}
          nickname={nickname}
          close={close}
        />
      ),
    },
    { label: "Private room", act: () => session.send(privateInvite, { uid }) },
    ...(model.pals.has(uid) ? [] : [add]),
    { label: ignored ? "Stop ignoring" : "Ignore here", act: ignore },
    { label: "Block everywhere", act: block },
    ...(room.admin ? adminChoices(session, at, member) : []),
  ];
  return <Menu label={`What to do with ${nickname}`} choices={choices} />;
}

function adminChoices(
  session: Session,
  at: { readonly gid: number; readonly uid: number },
  { mic, nickname }: MemberEntry,
): Choice[] {
  const bounce = (reason: string) => {
    // Must arrive before the bounce that it explains.
    if (reason) session.send(bounceReason, { ...at, text: `BR: ${reason}` });
    session.send(roomBounce, at);
  };
  return [
    mic ? { label: "Red dot", act: () => session.send(redDot, at) } : {
      label: "Take red dot away",
      act: () => session.send(unredDot, at),
    },
    {
      label: "Bounce",
      dialog: (close) => (
        <Ask
          title={`Bounce ${nickname}`}
          label="Reason, for the staff only"
          action="Bounce"
          mayBeEmpty
          maxLength={200}
          use={bounce}
          close={close}
        />
      ),
    },
    { label: "Ban", act: () => session.send(ban, at) },
    { label: "Make admin", act: () => session.send(makeAdmin, at) },
  ];
}

function Whisper(
  { room, to, close }: { room: Room; to: string; close: () => void },
) {
  const { session } = usePage();
  return (
    <Ask
      title={`Whisper to ${to}`}
      label={`Only ${to} reads it`}
      action="Whisper"
      use={(text) => session.writer.say(room.gid, `/w ${to}: ${text}`)}
      close={close}
    />
  );
}
