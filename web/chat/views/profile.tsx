/**
 * Profiles: shows another user's, and edits the user's own.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { userProfileUpdate } from "../../../lib/protocol/packets/directory.ts";
import { Ask } from "./ask.tsx";
import { Dialog, usePage } from "./base.tsx";
import { strangeLetters } from "./composer.tsx";

interface ShownProfile {
  readonly nickname: string;
  readonly fields: readonly (readonly [string, string])[];
}

interface OwnProfileAnswer {
  readonly person: Readonly<Record<PersonKey, string>>;
  /** Whether other users can see each field. */
  readonly shown: Readonly<Record<PersonKey, boolean>>;
  readonly fields: readonly {
    readonly key: string;
    readonly label: string;
    readonly shown: boolean;
    readonly value: string;
  }[];
}

type PersonKey = "first" | "last" | "email";
const PERSON_LABELS: readonly (readonly [PersonKey, string])[] = [
  ["first", "First name"],
  ["last", "Last name"],
  ["email", "E-mail"],
];

/** Shows a user's public profile, where a message can be left for them. */
export function Profile(
  { uid, nickname, close }: {
    uid: number;
    nickname: string;
    close: () => void;
  },
) {
  const { session } = usePage();
  const [writing, setWriting] = useState(false);
  const [answer, setAnswer] = useState<ShownProfile | string>();
  useEffect(() => {
    ask<ShownProfile>(`/chat/profile?nick=${encodeURIComponent(nickname)}`)
      .then(setAnswer, (error) => setAnswer(String(error.message)));
  }, [nickname]);
  return (
    <Dialog title={`Profile of ${nickname}`} close={close}>
      {answer === undefined && <p role="status">One moment…</p>}
      {typeof answer === "string" && <p role="alert">{answer}</p>}
      {typeof answer === "object" && (
        <>
          <dl class="profile">
            <dt>Nickname</dt>
            <dd>{answer.nickname}</dd>
            {answer.fields.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {answer.fields.length === 0 && (
            <p class="quiet">The rest of this profile is private.</p>
          )}
          <button
            type="button"
            class="button small"
            onClick={() => setWriting(true)}
          >
            Leave a message
          </button>
        </>
      )}
      {writing && (
        <Ask
          title={`Message to the profile of ${nickname}`}
          label="It waits there until they read it"
          action="Send"
          use={(text) => session.writer.profileMessage(uid, text)}
          close={() => setWriting(false)}
        />
      )}
    </Dialog>
  );
}

export function OwnProfile({ close }: { close: () => void }) {
  const { model, session } = usePage();
  const [answer, setAnswer] = useState<OwnProfileAnswer | string>();
  const [fault, setFault] = useState("");
  useEffect(() => {
    session.ticket("profile").then((ticket) =>
      ask<OwnProfileAnswer>("/chat/profile", `Ticket ${ticket}`)
    ).then(setAnswer, (error) => setAnswer(String(error.message)));
  }, [session]);
  const save = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    if (session.usesWebSession) form.delete("email");
    const strange = strangeLetters([...form.values()].join(""));
    if (strange !== "") {
      return setFault(`The clients of 2002 cannot show ${strange}.`);
    }
    const texts = [...form].filter(([key]) => !key.startsWith("show_"))
      .map(([key, value]) => [key, String(value).trim()] as const);
    const shows = PERSON_LABELS.map(([key]) =>
      [`show_${key}`, form.has(`show_${key}`) ? "Y" : "N"] as const
    );
    const fields = new Map([
      ...texts,
      ...shows,
      ["uid", String(model.me.uid)] as const,
    ]);
    session.send(userProfileUpdate, fields);
    close();
  };
  return (
    <Dialog title="My profile" close={close}>
      {answer === undefined && <p role="status">One moment…</p>}
      {typeof answer === "string" && <p role="alert">{answer}</p>}
      {typeof answer === "object" && (
        <form onSubmit={save}>
          <OwnFields answer={answer} keepsEmail={session.usesWebSession} />
          {fault !== "" && <p class="fault" role="alert">{fault}</p>}
          <button type="submit" class="button">Save</button>
        </form>
      )}
    </Dialog>
  );
}

function OwnFields(
  { answer, keepsEmail }: { answer: OwnProfileAnswer; keepsEmail: boolean },
) {
  return (
    <>
      {PERSON_LABELS.map(([key, label]) => (
        <div key={key}>
          <Field
            name={key}
            label={label}
            value={answer.person[key]}
            readOnly={key === "email" && keepsEmail}
          />
          {key === "email" && keepsEmail && (
            <p class="quiet" id="profile-email-why">
              New passwords are sent there, so changing it needs your password:
              {" "}
              <a href="/member#email-panel" target="_blank">
                change it on your own page
              </a>.
            </p>
          )}
          <p class="tick">
            <input
              id={`show-${key}`}
              name={`show_${key}`}
              type="checkbox"
              defaultChecked={answer.shown[key]}
            />
            <label for={`show-${key}`}>
              Show my {label.toLowerCase()} to others
            </label>
          </p>
        </div>
      ))}
      {answer.fields.map(({ key, label, shown, value }) => (
        <Field
          key={key}
          name={key}
          label={shown ? label : `${label} (shown to nobody)`}
          value={value}
        />
      ))}
    </>
  );
}

function Field(
  { name, label, value, readOnly = false }: {
    name: string;
    label: string;
    value: string;
    readOnly?: boolean;
  },
) {
  return (
    <p class="field">
      <label for={`profile-${name}`}>{label}</label>
      <input
        id={`profile-${name}`}
        name={name}
        type={name === "email" ? "email" : "text"}
        maxLength={200}
        defaultValue={value}
        readOnly={readOnly}
        aria-describedby={readOnly ? `profile-${name}-why` : undefined}
      />
    </p>
  );
}

/** Requests JSON from the pages. Rejects with the server's message. */
async function ask<T>(path: string, authorization?: string): Promise<T> {
  const response = await fetch(path, {
    ...(authorization !== undefined && { headers: { authorization } }),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? "This did not work.");
  return answer;
}
