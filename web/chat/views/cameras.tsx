/**
 * The user's own camera, and the cameras that the user watches.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { Room } from "../model.ts";
import { Video } from "../video.ts";
import { usePage } from "./base.tsx";

export function CameraButton({ room }: { room: Room }) {
  const { model, video } = usePage();
  const [waiting, setWaiting] = useState(false);
  if (!room.hasVideo || !Video.isPossible) return null;
  const on = video.camera !== undefined && video.gid === room.gid;
  const toggle = async () => {
    if (on) return video.stop();
    setWaiting(true);
    await video.start(room.gid).catch((error) => model.notice(error.message));
    setWaiting(false);
  };
  return (
    <button
      type="button"
      class="button small"
      disabled={waiting}
      aria-pressed={on}
      onClick={() => void toggle()}
    >
      {on ? "Stop my camera" : "Show my camera"}
    </button>
  );
}

export function Cameras({ room }: { room: Room }) {
  const { model, video } = usePage();
  const shown = [...video.watched].filter(([, { gid, address }]) =>
    gid === room.gid && address !== undefined
  );
  if (shown.length === 0) return null;
  return (
    <ul class="cameras" aria-label="Cameras">
      {shown.map(([uid, { address }]) => (
        <li key={uid}>
          <img
            src={address}
            width={160}
            height={120}
            alt={`Camera of ${model.nameOf(uid)}`}
          />
          <button
            type="button"
            class="button small"
            onClick={() => video.unwatch(uid)}
          >
            Close {model.nameOf(uid)}
          </button>
        </li>
      ))}
    </ul>
  );
}
