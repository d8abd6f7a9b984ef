/**
 * Instant messages with one person.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { addPal, blockBuddy } from "../../../lib/protocol/packets/pals.ts";
import { usePage } from "./base.tsx";
import { Composer } from "./composer.tsx";
import { Lines } from "./lines.tsx";
import { Profile } from "./profile.tsx";
import { SaveText } from "./save_text.tsx";

export function Conversation({ uid }: { uid: number }) {
  const { model, session } = usePage();
  const name = model.nameOf(uid);
  const nickname = model.pals.get(uid)?.nickname ?? model.names.get(uid);
  const [profile, setProfile] = useState(false);
  const isPal = model.pals.has(uid);
  const close = () => {
    model.conversations.delete(uid);
    model.open({ kind: "rooms" });
  };
  const block = () => {
    session.send(blockBuddy, { uid });
    model.blocked.set(uid, name);
    close();
  };
  return (
    <section class="panel place" aria-labelledby="person">
      <h1 class="bar" id="person">{name}</h1>
      <p class="actions">
        {!isPal && (
          <button
            type="button"
            class="button small"
            onClick={() => session.send(addPal, { uid })}
          >
            Add to my pals
          </button>
        )}
        {nickname !== undefined && (
          <button
            type="button"
            class="button small"
            onClick={() => setProfile(true)}
          >
            Profile
          </button>
        )}
        <SaveText name={name} lines={model.conversation(uid).lines} />
        <button type="button" class="button small" onClick={block}>
          Block
        </button>
        <button type="button" class="button small" onClick={close}>
          Close
        </button>
      </p>
      <Lines
        lines={model.conversation(uid).lines}
        label={`Messages with ${name}`}
      />
      <Composer
        label={`Write to ${name}`}
        send={(text) => session.writer.message(uid, text)}
      />
      {profile && nickname !== undefined && (
        <Profile
          uid={uid}
          nickname={nickname}
          close={() => setProfile(false)}
        />
      )}
    </section>
  );
}
