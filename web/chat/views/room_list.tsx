/**
 * Rooms by category, and a new room.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import type { RoomEntry } from "../../../lib/protocol/packets/lists.ts";
import { roomCreate } from "../../../lib/protocol/packets/rooms.ts";
import { Dialog, usePage } from "./base.tsx";

const REFRESH_MS = 20_000;
const [TEXT, VOICE] = [0, 3];

export function RoomList() {
  const { model, session } = usePage();
  const [creating, setCreating] = useState(false);
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
                <RoomRow key={room.gid} room={room} />
              ))}
            </ul>
          </section>
        ))}
        <p>
          <button
            type="button"
            class="button"
            onClick={() => setCreating(true)}
          >
            Create a room
          </button>
        </p>
      </div>
      {creating && <CreateRoom close={() => setCreating(false)} />}
    </section>
  );
}

function RoomRow({ room }: { room: RoomEntry }) {
  const { session } = usePage();
  const [asking, setAsking] = useState(false);
  const join = () => room.locked ? setAsking(true) : session.join(room.gid);
  return (
    <li class="room">
      <button type="button" class="name" onClick={join}>{room.name}</button>
      {room.voice > 0 && <span class="sign">voice</span>}
      {room.locked && <span class="sign">locked</span>}
      {room.rating !== "G" && <span class="sign">{room.rating}</span>}
      <span class="people">
        {room.members}
        <span class="unseen">people</span>
      </span>
      {asking && <Lockword gid={room.gid} close={() => setAsking(false)} />}
    </li>
  );
}

function Lockword({ gid, close }: { gid: number; close: () => void }) {
  const { session } = usePage();
  return (
    <Dialog title="This room is locked" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.target as HTMLFormElement);
          session.join(gid, String(form.get("word")));
          close();
        }}
      >
        <p class="field">
          <label for="lockword">Its lockword</label>
          <input id="lockword" name="word" autocomplete="off" required />
        </p>
        <button type="submit" class="button">Join</button>
      </form>
    </Dialog>
  );
}

function CreateRoom({ close }: { close: () => void }) {
  const { model, session } = usePage();
  const create = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const value = (key: string) => String(form.get(key) ?? "");
    session.send(roomCreate, {
      name: value("name"),
      category: Number(value("category")),
      type: value("voice") === "on" ? VOICE : TEXT,
      rating: value("rating"),
      lockword: value("lockword"),
    });
    close();
  };
  return (
    <Dialog title="Create a room" close={close}>
      <form onSubmit={create}>
        <p class="field">
          <label for="room-name">Name</label>
          <input id="room-name" name="name" required maxLength={100} />
        </p>
        <p class="field">
          <label for="room-category">Category</label>
          <select id="room-category" name="category">
            {model.categories.map(({ code, name }) => (
              <option key={code} value={code}>{name}</option>
            ))}
          </select>
        </p>
        <p class="field">
          <label for="room-rating">Rating</label>
          <select id="room-rating" name="rating">
            <option value="G">G, for everybody</option>
            <option value="R">R, restricted</option>
            <option value="A">A, adults</option>
          </select>
        </p>
        <p class="field">
          <label for="room-lock">Lockword, if only some may enter</label>
          <input
            id="room-lock"
            name="lockword"
            autocomplete="off"
            maxLength={30}
          />
        </p>
        <p class="tick">
          <input id="room-voice" name="voice" type="checkbox" checked />
          <label for="room-voice">With voice</label>
        </p>
        <button type="submit" class="button">Create</button>
      </form>
    </Dialog>
  );
}
