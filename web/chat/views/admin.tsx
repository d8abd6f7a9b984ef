/**
 * The admin console of a room.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { bannerOut } from "../../../lib/protocol/packets/messages.ts";
import {
  removeAllHands,
  toggleAllMics,
} from "../../../lib/protocol/packets/microphone.ts";
import {
  getAdminInfo,
  newUsersMic,
  type Outcast,
  redDotAffectsText,
  redDotAffectsVideo,
  unban,
  unbounce,
} from "../../../lib/protocol/packets/moderation.ts";
import { roomClose } from "../../../lib/protocol/packets/rooms.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import type { Room } from "../model.ts";
import { Confirm } from "./ask.tsx";
import { Dialog, usePage } from "./base.tsx";
import { strangeLetters } from "./composer.tsx";

export function AdminConsole(
  { room, close }: { room: Room; close: () => void },
) {
  const { session } = usePage();
  const { gid } = room;
  const info = room.console;
  const [closing, setClosing] = useState(false);
  const ask = () => session.send(getAdminInfo, { gid });
  useEffect(ask, [gid]);
  const switches = [
    ["Newcomers may speak", newUsersMic, info?.newUsersMic ?? true],
    ["A red dot forbids writing", redDotAffectsText, info?.redDotText ?? false],
    [
      "A red dot forbids the camera",
      redDotAffectsVideo,
      info?.redDotVideo ?? false,
    ],
  ] as const;
  return (
    <Dialog title={`Admin console of ${room.name}`} close={close}>
      {switches.map(([label, packet, on]) => (
        <p key={label} class="tick">
          <label>
            <input
              type="checkbox"
              checked={on}
              onChange={() => {
                session.send(packet, { gid, on: !on });
                ask();
              }}
            />{" "}
            {label}
          </label>
        </p>
      ))}
      <p class="actions">
        <button
          type="button"
          class="button small"
          onClick={() => session.send(toggleAllMics, { gid, on: true })}
        >
          All microphones on
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => session.send(toggleAllMics, { gid, on: false })}
        >
          All microphones off
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => session.send(removeAllHands, { gid })}
        >
          Lower all hands
        </button>
      </p>
      <Banner room={room} />
      <Outcasts
        title="Bounced"
        list={info?.bounced ?? []}
        release={(uid) => {
          session.send(unbounce, { gid, uid });
          ask();
        }}
      />
      <Outcasts
        title="Banned"
        list={info?.banned ?? []}
        release={(uid) => {
          session.send(unban, { gid, uid });
          ask();
        }}
      />
      <p>
        <button
          type="button"
          class="button danger"
          onClick={() => setClosing(true)}
        >
          Close the room
        </button>
      </p>
      {closing && (
        <Confirm
          title={`Close ${room.name}`}
          text="Everybody is put out of the room."
          action="Close the room"
          use={() => session.send(roomClose, { gid })}
          close={() => setClosing(false)}
        />
      )}
    </Dialog>
  );
}

function Banner({ room }: { room: Room }) {
  const { model, session } = usePage();
  const set = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = String(form.get("banner"));
    const strange = strangeLetters(text);
    if (strange !== "") {
      model.notice(`The clients of 2002 cannot show ${strange}.`);
      return;
    }
    session.send(bannerOut, { gid: room.gid, text: encodeText(text) });
  };
  return (
    <form onSubmit={set}>
      <p class="field">
        <label for="banner">Banner</label>
        <input
          id="banner"
          name="banner"
          maxLength={500}
          defaultValue={room.banner}
        />
      </p>
      <button type="submit" class="button small">Show it</button>
    </form>
  );
}

function Outcasts(
  { title, list, release }: {
    title: string;
    list: readonly Outcast[];
    release: (uid: number) => void;
  },
) {
  if (list.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="people-list">
        {list.map(({ uid, nickname }) => (
          <li key={uid} class="person">
            <span class="name">{nickname}</span>
            <button
              type="button"
              class="button small"
              onClick={() => release(uid)}
            >
              Let back in
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
