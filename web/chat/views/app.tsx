/**
 * The whole page: the sign-on form, or the tabs, the open one and the pals.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { Tab } from "../model.ts";
import { usePage } from "./base.tsx";
import { Conversation } from "./conversation.tsx";
import { Invites, Notices } from "./notices.tsx";
import { Pals } from "./pals.tsx";
import { OwnProfile } from "./profile.tsx";
import { RoomList } from "./room_list.tsx";
import { RoomView } from "./room.tsx";
import { Settings } from "./settings.tsx";
import { Sign } from "./sign.tsx";
import { SignOn } from "./sign_on.tsx";

export function App() {
  const { model } = usePage();
  if (model.phase === "signed-out" || model.phase === "connecting") {
    return <SignOn />;
  }
  return (
    <div class="chat">
      <Top />
      {model.phase === "lost" && <Lost />}
      <Notices />
      <Invites />
      <Tabs />
      <main id="main">
        <Place />
      </main>
      <Pals />
    </div>
  );
}

function Top() {
  const { model, session, name } = usePage();
  const [dialog, setDialog] = useState<"profile" | "settings" | undefined>();
  const close = () => setDialog(undefined);
  return (
    <header class="top">
      <a class="brand" href="/" target="_blank" rel="noopener">
        <span class="mark" aria-hidden="true"></span>
        {name}
      </a>
      <span class="me">{model.me.nickname}</span>
      <button
        type="button"
        class="link"
        onClick={() => setDialog("profile")}
      >
        My profile
      </button>
      <button
        type="button"
        class="link"
        onClick={() => setDialog("settings")}
      >
        Settings
      </button>
      <button type="button" class="link" onClick={() => session.signOff()}>
        Sign off
      </button>
      {dialog === "settings" && <Settings close={close} />}
      {dialog === "profile" && <OwnProfile close={close} />}
    </header>
  );
}

function Lost() {
  const { session } = usePage();
  return (
    <div class="notice failed" role="alert">
      <p>
        The connection was lost. Trying to come back…{" "}
        <button
          type="button"
          class="button small"
          onClick={() => session.retryNow()}
        >
          Try now
        </button>
      </p>
    </div>
  );
}

function Tabs() {
  const { model } = usePage();
  const same = (a: Tab, b: Tab) => JSON.stringify(a) === JSON.stringify(b);
  const tab = (to: Tab, label: string, unread: number, speaks = false) => (
    <li key={JSON.stringify(to)}>
      <button
        type="button"
        aria-current={same(to, model.tab) ? "page" : undefined}
        onClick={() =>
          model.open(to)}
      >
        {label}
        {speaks && <Sign name="speaking" label="somebody is speaking" />}
        {unread > 0 && (
          <span class="unread">
            {unread}
            <span class="unseen">unread</span>
          </span>
        )}
      </button>
    </li>
  );
  return (
    <nav class="tabs" aria-label="Open rooms and conversations">
      <ul>
        {tab({ kind: "rooms" }, "Rooms", 0)}
        {[...model.rooms.values()].map((room) =>
          tab(
            { kind: "room", gid: room.gid },
            room.name,
            room.unread,
            model.speaking.has(room.gid),
          )
        )}
        {[...model.conversations.values()].map(({ uid, unread }) =>
          tab({ kind: "person", uid }, model.nameOf(uid), unread)
        )}
      </ul>
    </nav>
  );
}

function Place() {
  const { tab, rooms } = usePage().model;
  if (tab.kind === "person") {
    return <Conversation key={tab.uid} uid={tab.uid} />;
  }
  const room = tab.kind === "room" ? rooms.get(tab.gid) : undefined;
  return room === undefined
    ? <RoomList />
    : <RoomView key={room.gid} room={room} />;
}
