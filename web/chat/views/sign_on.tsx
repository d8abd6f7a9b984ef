/**
 * Signs on with this browser's web session, or with nickname and password.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { usePage } from "./base.tsx";

/** Returns to this page, and to the room of its link, after registration. */
const REGISTER = `/register?to=${
  encodeURIComponent(location.pathname + location.search)
}`;

export function SignOn() {
  const { model, session, voice, name, nickname, registration } = usePage();
  const [wanted, setOther] = useState(nickname === "");
  const other = wanted || model.asksPassword;
  const waiting = model.phase === "connecting";
  const signOn = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const value = (key: string) => String(form.get(key) ?? "");
    voice.wake();
    session.signOn({
      nickname: other ? value("nickname") : nickname,
      password: other ? value("password") : "",
    }).catch(() => {
      // The model already has the sentence to show.
    });
  };
  return (
    <main id="main" class="sign-on">
      <section class="panel">
        <h1 class="bar">{name}</h1>
        <form class="body" onSubmit={signOn}>
          {model.sentence !== "" && (
            <p class="notice failed" role="alert">{model.sentence}</p>
          )}
          {other ? <Credentials nickname={model.me.nickname} /> : (
            <p>
              You are signed in as <b>{nickname}</b>.
            </p>
          )}
          <p class="actions">
            <button type="submit" class="button" disabled={waiting}>
              {waiting
                ? "Signing on…"
                : other
                ? "Sign on"
                : `Sign on as ${nickname}`}
            </button>
            {nickname !== "" && !model.asksPassword && (
              <button
                type="button"
                class="button quiet-button"
                onClick={() => setOther(!other)}
              >
                {other ? `As ${nickname}` : "As somebody else"}
              </button>
            )}
          </p>
          {registration && (
            <p>
              No nickname yet? <a href={REGISTER}>Get one</a>.
            </p>
          )}
        </form>
      </section>
    </main>
  );
}

function Credentials({ nickname }: { nickname: string }) {
  return (
    <>
      <p class="field">
        <label for="nickname">Nickname</label>
        <input
          id="nickname"
          name="nickname"
          autocomplete="username"
          defaultValue={nickname}
          required
          maxLength={63}
        />
      </p>
      <p class="field">
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
      </p>
    </>
  );
}
