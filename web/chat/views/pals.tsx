/**
 * The pal window: who is online, search, away, blocks.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { userSearch } from "../../../lib/protocol/packets/directory.ts";
import {
  addPal,
  awayMode,
  blockBuddy,
  customizePal,
  DEFAULT_PAL_NAME,
  onlineMode,
  removePal,
  STATUS,
  unblock,
} from "../../../lib/protocol/packets/pals.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import type { Pal } from "../model.ts";
import { Dialog, usePage } from "./base.tsx";

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
            onClick={() => {
              model.found = undefined;
              setDialog("search");
            }}
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
  const toggle = () => {
    if (model.away) session.send(onlineMode, {});
    else {
      const text = encodeText("I am away at the moment.");
      session.send(awayMode, { text });
    }
    model.away = !model.away;
    model.changed();
  };
  return (
    <p class="tick">
      <input
        id="away"
        type="checkbox"
        checked={model.away}
        onChange={toggle}
      />
      <label for="away">I am away</label>
    </p>
  );
}

function PalRow({ pal }: { pal: Pal }) {
  const { model, session } = usePage();
  const { uid, status } = pal;
  const name = pal.display ?? pal.nickname;
  const rename = () => {
    const wanted = prompt(`Your own name for ${pal.nickname}`, name);
    if (wanted === null) return;
    const own = wanted.trim().slice(0, 60) || DEFAULT_PAL_NAME;
    session.send(customizePal, { uid, name: own });
  };
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
      <details class="menu">
        <summary aria-label={`More about ${name}`}>⋯</summary>
        <div class="choices">
          <button type="button" onClick={rename}>Rename</button>
          <button type="button" onClick={remove}>Remove</button>
          <button type="button" onClick={block}>Block</button>
        </div>
      </details>
    </li>
  );
}

function Search({ close }: { close: () => void }) {
  const { model, session } = usePage();
  const search = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    session.send(
      userSearch,
      new Map([
        ["uid", "3"],
        ["first", ""],
        ["last", ""],
        ["nickname", String(form.get("nickname"))],
        ["email", ""],
      ]),
    );
  };
  return (
    <Dialog title="Search for people" close={close}>
      <form onSubmit={search}>
        <p class="field">
          <label for="search">Nickname, or its beginning</label>
          <input id="search" name="nickname" required maxLength={63} />
        </p>
        <button type="submit" class="button">Search</button>
      </form>
      {model.found?.length === 0 && <p role="status">Nobody was found.</p>}
      <ul class="people-list">
        {(model.found ?? []).map(({ uid, nickname }) => (
          <li key={uid} class="person">
            <span class="name">{nickname}</span>
            <button
              type="button"
              class="button small"
              disabled={model.pals.has(uid)}
              onClick={() =>
                session.send(addPal, { uid })}
            >
              Add
            </button>
            <button
              type="button"
              class="button small"
              onClick={() => {
                model.open({ kind: "person", uid });
                close();
              }}
            >
              Message
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
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
