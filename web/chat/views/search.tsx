/**
 * Searches for users by nickname, name or e-mail address.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { addPal, type Person } from "../../../lib/protocol/packets/pals.ts";
import type { Search as Wanted } from "../session.ts";
import { Dialog, usePage } from "./base.tsx";
import { strangeLetters } from "./composer.tsx";
import { Profile } from "./profile.tsx";

const FIELDS: readonly (readonly [keyof Wanted, string])[] = [
  ["nickname", "Nickname, or its beginning"],
  ["first", "First name"],
  ["last", "Last name"],
  ["email", "E-mail address"],
];

export function Search({ close }: { close: () => void }) {
  const { session } = usePage();
  const [found, setFound] = useState<readonly Person[]>();
  const [fault, setFault] = useState("");
  const search = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const values = FIELDS.map(([key]) =>
      [key, String(form.get(key)).normalize("NFC").trim()] as const
    );
    const all = values.map(([, value]) => value).join("");
    if (all === "") return setFault("Fill in one of the fields.");
    // No name contains characters that Windows-1252 lacks.
    if (strangeLetters(all) !== "") return setFound([]);
    setFault("");
    void session.search(Object.fromEntries(values)).then(setFound);
  };
  return (
    <Dialog title="Search for people" close={close}>
      <form onSubmit={search}>
        {FIELDS.map(([key, label]) => (
          <p key={key} class="field">
            <label for={`search-${key}`}>{label}</label>
            <input
              id={`search-${key}`}
              name={key}
              maxLength={100}
              autocomplete="off"
            />
          </p>
        ))}
        {fault !== "" && <p class="fault" role="alert">{fault}</p>}
        <button type="submit" class="button">Search</button>
      </form>
      {found?.length === 0 && <p role="status">Nobody was found.</p>}
      <ul class="people-list">
        {(found ?? []).map((person) => (
          <Found key={person.uid} person={person} close={close} />
        ))}
      </ul>
    </Dialog>
  );
}

function Found({ person, close }: { person: Person; close: () => void }) {
  const { model, session } = usePage();
  const [profile, setProfile] = useState(false);
  const { uid, nickname, first = "", last = "" } = person;
  const whole = `${first} ${last}`.trim();
  return (
    <li class="person">
      <span class="name">
        {nickname} {whole !== "" && <span class="status">{whole}</span>}
      </span>
      <button
        type="button"
        class="button small"
        onClick={() => setProfile(true)}
      >
        Profile
      </button>
      <button
        type="button"
        class="button small"
        disabled={model.pals.has(uid) || uid === model.me.uid}
        onClick={() => session.send(addPal, { uid })}
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
      {profile && (
        <Profile
          uid={uid}
          nickname={nickname}
          close={() => setProfile(false)}
        />
      )}
    </li>
  );
}
