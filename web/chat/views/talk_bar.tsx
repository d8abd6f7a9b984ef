/**
 * Push to talk, its lock, the microphone level, and the current speakers.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import type { Room } from "../model.ts";
import { Microphone } from "../voice/microphone.ts";
import { usePage } from "./base.tsx";

export function TalkBar({ room }: { room: Room }) {
  const { model, voice } = usePage();
  const [locked, setLocked] = useState(false);
  const [fault, setFault] = useState("");
  const own = room.members.get(model.me.uid);
  const speakers = useSpeakers(room);
  const mayTalk = own?.mic ?? false;
  const start = () => {
    setFault("");
    voice.start().catch((error) => setFault(error.message));
  };
  const stop = () => {
    if (!locked) voice.stop();
  };
  useTalkKey(start, stop);
  useEffect(() => () => voice.stop(), [voice]);
  useEffect(() => {
    // The user lost the microphone while talking.
    if (mayTalk || !voice.talking) return;
    setLocked(false);
    voice.stop();
  }, [mayTalk, voice]);
  if (!Microphone.isPossible) return <Listening room={room} />;
  const lock = () => {
    setLocked(!locked);
    if (locked) voice.stop();
    else start();
  };
  return (
    <div class="talk" role="group" aria-label="Voice">
      <button
        type="button"
        class={`button talk-key${voice.talking ? " on" : ""}`}
        disabled={!mayTalk}
        aria-pressed={voice.talking}
        onPointerDown={start}
        onContextMenu={(event) => event.preventDefault()}
        onPointerUp={stop}
        onPointerLeave={stop}
        onPointerCancel={stop}
      >
        {voice.talking ? "Talking" : "Hold to talk"}
      </button>
      <button
        type="button"
        class="button small"
        disabled={!mayTalk}
        aria-pressed={locked}
        onClick={lock}
      >
        Lock
      </button>
      <Level />
      <Volume room={room} />
      <Silenced />
      <p class="speaker" role="status">
        {fault || speakers || (mayTalk || room.invisible
          ? ""
          : "You may not speak here now: you have a red dot.")}
      </p>
    </div>
  );
}

/** Returns "Ann and Bob are speaking."; "" when nobody else is. */
function useSpeakers({ gid }: Room): string {
  const { model } = usePage();
  const names = (model.speaking.get(gid) ?? [])
    .filter((uid) => uid !== model.me.uid)
    .map((uid) => model.nameOf(uid));
  if (names.length === 0) return "";
  const verb = names.length === 1 ? "is" : "are";
  return `${new Intl.ListFormat("en").format(names)} ${verb} speaking.`;
}

/** Shown without a microphone: the room can still be heard. */
function Listening({ room }: { room: Room }) {
  const speakers = useSpeakers(room);
  const { secure } = usePage();
  return (
    <div class="talk">
      <Volume room={room} />
      <Silenced />
      <p class="speaker">
        You can listen. Browsers give a microphone only to pages by https:{" "}
        {secure === "" ? "ask the host for such an address." : (
          <>
            speak from <a href={secure}>{secure}</a>.
          </>
        )}
      </p>
      <p class="speaker" role="status">{speakers}</p>
    </div>
  );
}

/** Shown until a key press or click, before which browsers play no sound. */
function Silenced() {
  const { voice } = usePage();
  if (!voice.isSilenced) return null;
  return (
    <button
      type="button"
      class="button small"
      onClick={() => voice.unlock()}
    >
      Turn the sound on
    </button>
  );
}

function Volume({ room }: { room: Room }) {
  const { voice } = usePage();
  return (
    <label class="volume">
      Volume{" "}
      <input
        type="range"
        min={0}
        max={2}
        step={0.05}
        value={voice.volumeOf(room.gid)}
        onInput={({ currentTarget }) =>
          voice.setVolume(room.gid, Number(currentTarget.value))}
      />
    </label>
  );
}

function Level() {
  const { voice } = usePage();
  const [level, setLevel] = useState(0);
  useEffect(() => {
    voice.microphone.onLevel = setLevel;
    return () => {
      voice.microphone.onLevel = () => {};
    };
  }, [voice]);
  return (
    <meter
      aria-label="Level of your microphone"
      min={0}
      max={1}
      high={0.95}
      value={voice.talking ? level : 0}
    />
  );
}

/** Makes the space bar talk, unless the focused element needs it. */
function useTalkKey(start: () => void, stop: () => void): void {
  useEffect(() => {
    const isForUs = (event: KeyboardEvent) =>
      event.code === "Space" &&
      !(event.target as Element).closest(
        "input, textarea, select, button:not(.talk-key), summary, a, dialog",
      );
    const down = (event: KeyboardEvent) => {
      if (!isForUs(event)) return;
      event.preventDefault();
      if (!event.repeat) start();
    };
    const up = (event: KeyboardEvent) => {
      if (event.code === "Space") stop();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", stop);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", stop);
    };
  });
}
