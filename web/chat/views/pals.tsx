/**
 * The pal list, search, away status and blocked users.
 *
 * @module
 */
import { useState } from "preact/hooks";
import {
  blockBuddy,
  customizePal,
  DEFAULT_PAL_NAME,
  removePal,
  STATUS,
  unblock,
} from "../../../lib/protocol/packets/pals.ts";
import { privateInvite } from "../../../lib/protocol/packets/rooms.ts";
import type { Pal } from "../model.ts";
import { prefer, preferences } from "../preferences.ts";
import { Ask } from "./ask.tsx";
import { Dialog, usePage } from "./base.tsx";
import { type Choice, Menu } from "./menu.tsx";
import { Profile } from "./profile.tsx";
import { Search } from "./search.tsx";

export function statusName(status: number): string {
  switch (status) {
    case STATUS.offline:
      return "offline";
    case STATUS.away:
      return "away";
    case STATUS.busy:
      return "busy";
    default:
      return "online";
  }
}

export function Pals() {
  const { model } = usePage();
  const [dialog, setDialog] = useState<"search" | "blocked" | undefined>();
  const rank = (pal: Pal) => (pal.status === STATUS.offline ? 1 : 0);
  const pals = [...model.pals.values()].sort((a, b) =>
    rank(a) - rank(b) || a.nickname.localeCompare(b.nickname)
  );
  return (
    <aside class="panel pals" aria-labelledby="pals">
      <h2 class="bar" id="pals">My pals</h2>
      <div class="body scroll">
        <Away />
        <ul class="people-list">
          {pals.map((pal) => <PalRow key={pal.uid} pal={pal} />)}
        </ul>
        {pals.length === 0 && (
          <p class="quiet">Nobody yet. Search for a nickname.</p>
        )}
        <p class="actions">
          <button
            type="button"
            class="button small"
            onClick={() => setDialog("search")}
          >
            Search
          </button>
          <button
            type="button"
            class="button small"
            onClick={() => setDialog("blocked")}
          >
            Blocked
          </button>
        </p>
      </div>
      {dialog === "search" && <Search close={() => setDialog(undefined)} />}
      {dialog === "blocked" && <Blocked close={() => setDialog(undefined)} />}
    </aside>
  );
}

function Away() {
  const { model, session } = usePage();
  const [asking, setAsking] = useState(false);
  return (
    <div class="tick">
      <input
        id="away"
        type="checkbox"
        checked={model.away}
        onChange={() => session.setAway(!model.away)}
      />
      <label for="away">I am away</label>
      <button type="button" class="link" onClick={() => setAsking(true)}>
        Text…
      </button>
      {asking && (
        <Ask
          title="Away text"
          label="What people read who write to you"
          action="Save"
          value={preferences().awayText}
          mayBeEmpty
          use={(awayText) => {
            prefer({ awayText });
            if (model.away) session.setAway(true);
          }}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function PalRow({ pal }: { pal: Pal }) {
  const { model, session } = usePage();
  const { uid, status } = pal;
  const name = pal.display ?? pal.nickname;
  const remove = () => {
    session.send(removePal, { uid });
    model.pals.delete(uid);
    model.changed();
  };
  const block = () => {
    session.send(blockBuddy, { uid });
    model.blocked.set(uid, pal.nickname);
    model.changed();
  };
  const choices: Choice[] = [
    {
      label: "Profile",
      dialog: (close) => (
        <Profile uid={uid} nickname={pal.nickname} close={close} />
      ),
    },
    {
      label: "Private room",
      act: () => session.send(privateInvite, { uid }),
    },
    {
      label: "Rename",
      dialog: (close) => <Rename pal={pal} close={close} />,
    },
    { label: "Remove", act: remove },
    { label: "Block", act: block },
  ];
  return (
    <li class={`person ${statusName(status)}`}>
      <button
        type="button"
        class="name"
        onClick={() => model.open({ kind: "person", uid })}
      >
        <span class="dot" aria-hidden="true"></span>
        {name} <span class="status">{statusName(status)}</span>
      </button>
      <Menu label={`More about ${name}`} choices={choices} />
    </li>
  );
}

function Rename({ pal, close }: { pal: Pal; close: () => void }) {
  const { model, session } = usePage();
  const { uid, nickname } = pal;
  return (
    <Ask
      title={`Rename ${nickname}`}
      label={`Your own name for ${nickname}; empty for the nickname`}
      action="Rename"
      value={pal.display ?? ""}
      maxLength={60}
      mayBeEmpty
      use={(name) => {
        session.send(customizePal, { uid, name: name || DEFAULT_PAL_NAME });
        // The server does not confirm the name.
        model.rename(uid, name);
      }}
      close={close}
    />
  );
}

function Blocked({ close }: { close: () => void }) {
  const { model, session } = usePage();
  return (
    <Dialog title="Blocked people" close={close}>
      {model.blocked.size === 0 && <p>You block nobody.</p>}
      <ul class="people-list">
        {[...model.blocked].map(([uid, nickname]) => (
          <li key={uid} class="person">
            <span class="name">{nickname}</span>
            <button
              type="button"
              class="button small"
              onClick={() => {
                session.send(unblock, { uid });
                model.blocked.delete(uid);
                model.changed();
              }}
            >
              Unblock
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
