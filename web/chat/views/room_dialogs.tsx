/**
 * Dialogs for creating a room, and for entering a room as its admin.
 *
 * @module
 */
import { useState } from "preact/hooks";
import {
  roomCreate,
  roomJoinAsAdmin,
} from "../../../lib/protocol/packets/rooms.ts";
import { Dialog, usePage } from "./base.tsx";
import { strangeLetters } from "./composer.tsx";

/** Room types by the checkboxes "voice" and "private" (docs/protocol.md). */
const TYPES: Readonly<Record<string, number>> = {
  " ": 0,
  "on ": 3,
  " on": 5,
  "on on": 1,
};

export function CreateRoom({ close }: { close: () => void }) {
  const { model, session } = usePage();
  const [fault, setFault] = useState("");
  const create = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const value = (key: string) =>
      String(form.get(key) ?? "").normalize("NFC").trim();
    const strange = strangeLetters(value("name") + value("lockword"));
    if (strange !== "") {
      return setFault(`The clients of 2002 cannot show ${strange}.`);
    }
    session.send(roomCreate, {
      name: value("name"),
      category: Number(value("category")),
      type: TYPES[`${value("voice")} ${value("private")}`] ?? TYPES[" "]!,
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
          <input
            id="room-name"
            name="name"
            autocomplete="off"
            required
            maxLength={100}
          />
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
        <p class="tick">
          <input id="room-private" name="private" type="checkbox" />
          <label for="room-private">By invitation only, on no list</label>
        </p>
        {fault !== "" && <p class="fault" role="alert">{fault}</p>}
        <button type="submit" class="button">Create</button>
      </form>
    </Dialog>
  );
}

/** Finds the room by its owner; the admin code belongs to the room. */
export function JoinAsAdmin({ close }: { close: () => void }) {
  const { model, session } = usePage();
  const [fault, setFault] = useState("");
  const join = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const exact = String(form.get("owner")).normalize("NFC").trim();
    const isOwn = exact.toLowerCase() === model.me.nickname.toLowerCase();
    const [found] = isOwn
      ? [model.me]
      : strangeLetters(exact) === ""
      ? await session.search({ exact })
      : [];
    if (found === undefined) {
      return setFault("Nobody here has this nickname.");
    }
    const code = Number(form.get("code"));
    session.send(roomJoinAsAdmin, { owner: found.uid, code });
    close();
  };
  return (
    <Dialog title="Join as admin" close={close}>
      <form onSubmit={(event) => void join(event)}>
        <p class="field">
          <label for="admin-owner">Nickname of the room’s owner</label>
          <input
            id="admin-owner"
            name="owner"
            defaultValue={model.me.nickname}
            required
            maxLength={63}
          />
        </p>
        <p class="field">
          <label for="admin-code">Admin code of the room</label>
          <input
            id="admin-code"
            name="code"
            inputMode="numeric"
            pattern="[1-9][0-9]{3,8}"
            title="Four to nine digits"
            autocomplete="off"
            required
          />
        </p>
        {fault !== "" && <p class="fault" role="alert">{fault}</p>}
        <button type="submit" class="button">Join</button>
      </form>
    </Dialog>
  );
}
