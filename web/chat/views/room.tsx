/**
 * One room: banner, lines, members, voice.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { reqMic, unreqMic } from "../../../lib/protocol/packets/microphone.ts";
import { inviteOut } from "../../../lib/protocol/packets/rooms.ts";
import { announceRoom, isAnnounced } from "../alerts.ts";
import type { Room } from "../model.ts";
import { AdminConsole } from "./admin.tsx";
import { Dialog, Marked, usePage } from "./base.tsx";
import { CameraButton, Cameras } from "./cameras.tsx";
import { Composer } from "./composer.tsx";
import { Lines } from "./lines.tsx";
import { Members } from "./members.tsx";
import { SaveText } from "./save_text.tsx";
import { TalkBar } from "./talk_bar.tsx";

export function RoomView({ room }: { room: Room }) {
  const { model, session } = usePage();
  const [dialog, setDialog] = useState<"console" | "invite" | undefined>();
  const own = room.members.get(model.me.uid);
  const announced = isAnnounced(room.gid);
  const handUp = (own?.hand ?? 0) > 0;
  return (
    <section class="panel place room-view" aria-labelledby="room">
      <h1 class="bar" id="room">{room.name}</h1>
      {room.banner !== "" && (
        <p class="banner">
          <Marked text={room.banner} />
        </p>
      )}
      <p class="actions">
        <button
          type="button"
          class="button small"
          aria-pressed={handUp}
          onClick={() =>
            session.send(handUp ? unreqMic : reqMic, { gid: room.gid })}
        >
          {handUp ? "Lower my hand" : "Raise my hand"}
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => setDialog("invite")}
        >
          Invite
        </button>
        <button
          type="button"
          class="button small"
          aria-pressed={announced}
          title="A sound or notification for each line of this room"
          onClick={() => {
            announceRoom(room.gid, !announced);
            model.changed();
          }}
        >
          Alerts
        </button>
        <CameraButton room={room} />
        <SaveText name={room.name} lines={room.lines} />
        {room.admin && (
          <button
            type="button"
            class="button small"
            onClick={() => setDialog("console")}
          >
            Admin console
          </button>
        )}
        <button
          type="button"
          class="button small"
          onClick={() => session.leave(room.gid)}
        >
          Leave
        </button>
      </p>
      <Cameras room={room} />
      <div class="room-body">
        <Lines lines={room.lines} label={`Lines in ${room.name}`} />
        <Members room={room} />
      </div>
      {room.hasVoice && <TalkBar room={room} />}
      <Composer
        label={`Write in ${room.name}`}
        send={(text) => session.writer.say(room.gid, text)}
      />
      {dialog === "console" && (
        <AdminConsole
          room={room}
          close={() => setDialog(undefined)}
        />
      )}
      {dialog === "invite" && (
        <Invite
          room={room}
          close={() => setDialog(undefined)}
        />
      )}
    </section>
  );
}

function Invite({ room, close }: { room: Room; close: () => void }) {
  const { model, session } = usePage();
  const pals = [...model.pals.values()].filter((pal) => pal.status !== 0);
  return (
    <Dialog title={`Invite to ${room.name}`} close={close}>
      {pals.length === 0 && <p>None of your pals is online.</p>}
      <ul class="people-list">
        {pals.map(({ uid, nickname }) => (
          <li key={uid} class="person">
            <span class="name">{nickname}</span>
            <button
              type="button"
              class="button small"
              onClick={() => {
                session.send(inviteOut, { gid: room.gid, uid });
                close();
              }}
            >
              Invite
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
