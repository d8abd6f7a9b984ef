/**
 * Sentences of the server, and invitations.
 *
 * @module
 */
import { usePage } from "./base.tsx";

export function Notices() {
  const { model } = usePage();
  return (
    <div class="notices" aria-live="assertive">
      {model.notices.map(({ id, title, text }) => (
        <div key={id} class="notice" role="alert">
          {title !== "" && <b>{title}</b>}
          <p class="plain">{text}</p>
          <button
            type="button"
            class="button small"
            onClick={() =>
              model.closeNotice(id)}
          >
            OK
          </button>
        </div>
      ))}
    </div>
  );
}

export function Invites() {
  const { model, session } = usePage();
  const answer = (index: number, join: boolean) => {
    const [invite] = model.invites.splice(index, 1);
    if (join && invite) session.join(invite.gid);
    model.changed();
  };
  return (
    <>
      {model.invites.map((invite, i) => (
        <div key={i} class="notice" role="alert">
          <p>
            {invite.nickname} invites you to <b>{invite.room}</b>.
          </p>
          <button
            type="button"
            class="button small"
            onClick={() =>
              answer(i, true)}
          >
            Join
          </button>{" "}
          <button
            type="button"
            class="button small"
            onClick={() =>
              answer(i, false)}
          >
            Not now
          </button>
        </div>
      ))}
    </>
  );
}
