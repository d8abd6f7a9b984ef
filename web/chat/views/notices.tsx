/**
 * Messages from the server, and invitations.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { blockBuddy } from "../../../lib/protocol/packets/pals.ts";
import type { Invite } from "../../../lib/protocol/packets/rooms.ts";
import { Ask } from "./ask.tsx";
import { usePage } from "./base.tsx";

export function Notices() {
  const { model } = usePage();
  return (
    <div class="notices" aria-live="assertive">
      {model.notices.map(({ id, title, text }) => (
        <div key={id} class="notice" role="alert">
          {title !== "" && <b>{title}</b>}
          <p class="plain">{text}</p>
          <button
            type="button"
            class="button small"
            onClick={() =>
              model.closeNotice(id)}
          >
            OK
          </button>
        </div>
      ))}
    </div>
  );
}

export function Invites() {
  const { model } = usePage();
  return (
    <>
      {model.invites.map((invite) => (
        <OneInvite
          key={`${invite.gid} ${invite.uid}`}
          invite={invite}
        />
      ))}
    </>
  );
}

function OneInvite({ invite }: { invite: Invite }) {
  const { model, session } = usePage();
  const [asking, setAsking] = useState(false);
  const { gid, uid, nickname } = invite;
  const end = () => {
    model.invites = model.invites.filter((one) => one !== invite);
    model.changed();
  };
  const join = (lockword: string) => {
    session.join(gid, { lockword });
    end();
  };
  const button = (label: string, act: () => void) => (
    <button type="button" class="button small" onClick={act}>{label}</button>
  );
  return (
    <div class="notice" role="alert">
      <p>
        {nickname} invites you to <b>{invite.room}</b>.
      </p>
      {button("Join", () => invite.locked ? setAsking(true) : join(""))}{" "}
      {button("Not now", end)} {button(`Block ${nickname}`, () => {
        session.send(blockBuddy, { uid });
        model.blocked.set(uid, nickname);
        end();
      })}
      {asking && (
        <Ask
          title="This room is locked"
          label="Its lockword"
          action="Join"
          use={join}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}
