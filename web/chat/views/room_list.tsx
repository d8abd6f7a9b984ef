/**
 * Rooms by category, with the number of users and whether somebody is speaking.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import type { RoomEntry } from "../../../lib/protocol/packets/lists.ts";
import type { Crowd } from "../model.ts";
import { Ask } from "./ask.tsx";
import { usePage } from "./base.tsx";
import { Sign } from "./sign.tsx";
import { CreateRoom, JoinAsAdmin } from "./room_dialogs.tsx";

const REFRESH_MS = 20_000;
/** Milliseconds between requests for the counts of visible rooms. */
const CROWDS_MS = 3000;

export function RoomList() {
  const { model, session } = usePage();
  const [dialog, setDialog] = useState<"create" | "admin" | undefined>();
  const close = () => setDialog(undefined);
  const [invisible, setInvisible] = useState(false);
  const filled = model.categories.filter(({ code }) =>
    (model.counts.get(code) ?? 0) > 0
  );
  const codes = filled.map(({ code }) => code).join();
  useEffect(() => {
    const refresh = () => {
      for (const code of codes.split(",").filter(Boolean)) {
        session.refresh(Number(code));
      }
    };
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [codes, session]);
  useCrowds();
  return (
    <section class="panel place" aria-labelledby="rooms">
      <h1 class="bar" id="rooms">Rooms</h1>
      <div class="body scroll">
        {filled.length === 0 && <p class="quiet">There are no rooms yet.</p>}
        {filled.map(({ code, name }) => (
          <section key={code} class="category">
            <h2>
              {name} <span class="quiet">{model.counts.get(code)}</span>
            </h2>
            <ul class="rooms">
              {(model.lists.get(code) ?? []).map((room) => (
                <RoomRow
                  key={room.gid}
                  room={room}
                  invisible={invisible}
                />
              ))}
            </ul>
          </section>
        ))}
        {model.me.mayHide && (
          <p class="tick">
            <input
              id="invisible"
              type="checkbox"
              checked={invisible}
              onChange={() => setInvisible(!invisible)}
            />
            <label for="invisible">Join without being seen</label>
          </p>
        )}
        <p class="actions">
          <button
            type="button"
            class="button"
            onClick={() => setDialog("create")}
          >
            Create a room
          </button>
          <button
            type="button"
            class="button quiet-button"
            onClick={() => setDialog("admin")}
          >
            Join as admin
          </button>
        </p>
      </div>
      {dialog === "create" && <CreateRoom close={close} />}
      {dialog === "admin" && <JoinAsAdmin close={close} />}
    </section>
  );
}

/** Keeps the counts current while the list is visible. */
function useCrowds(): void {
  const { model, session } = usePage();
  useEffect(() => {
    const refresh = async () => {
      if (document.hidden || model.phase !== "online") return;
      const response = await fetch("/api/v1/rooms");
      if (!response.ok) return;
      const categories: PublicCategory[] = await response.json();
      model.crowds = new Map(
        categories.flatMap(({ rooms }) => rooms).map((
          room,
        ) => [room.gid, room]),
      );
      model.changed();
      for (const { code, rooms } of categories) {
        const known = model.lists.get(code) ?? [];
        const gids = new Set(known.map(({ gid }) => gid));
        if (
          rooms.length !== gids.size || rooms.some(({ gid }) => !gids.has(gid))
        ) session.refreshAll(code);
      }
    };
    // If this fails, the list of the chat connection stays in use.
    const timer = setInterval(() => void refresh().catch(() => {}), CROWDS_MS);
    void refresh().catch(() => {});
    return () => clearInterval(timer);
  }, [model, session]);
}

interface PublicCategory {
  readonly code: number;
  readonly rooms: readonly (Crowd & { readonly gid: number })[];
}

function RoomRow(
  { room, invisible }: { room: RoomEntry; invisible: boolean },
) {
  const { model, session } = usePage();
  const { gid, name } = room;
  const [asking, setAsking] = useState(false);
  const join = () =>
    room.locked ? setAsking(true) : session.join(gid, { invisible });
  const crowd = model.crowds.get(gid);
  const [speaker] = model.speaking.get(gid) ?? [];
  return (
    <li class="room">
      <button type="button" class="name" onClick={join}>{name}</button>
      {(crowd?.speaking || speaker !== undefined) && (
        <Sign
          name="speaking"
          label={speaker === undefined
            ? "somebody speaks"
            : `${model.nameOf(speaker)} speaks`}
        />
      )}
      {room.voice > 0 && <span class="sign">voice</span>}
      {room.locked && <span class="sign">locked</span>}
      {room.rating !== "G" && <span class="sign">{room.rating}</span>}
      <span class="people">
        {crowd?.people ?? room.members}
        <span class="unseen">people</span>
      </span>
      {asking && (
        <Ask
          title="This room is locked"
          label="Its lockword"
          action="Join"
          use={(lockword) => session.join(gid, { lockword, invisible })}
          close={() => setAsking(false)}
        />
      )}
    </li>
  );
}
