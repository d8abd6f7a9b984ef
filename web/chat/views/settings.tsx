/**
 * Microphone, sounds and notifications.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { alerts } from "../alerts.ts";
import { Microphone } from "../voice/microphone.ts";
import { Dialog, usePage } from "./base.tsx";

export function Settings({ close }: { close: () => void }) {
  const { voice } = usePage();
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [, redraw] = useState(0);
  const { device, processed } = voice.microphone.settings;
  useEffect(() => {
    if (!Microphone.isPossible) return;
    void navigator.mediaDevices.enumerateDevices().then((all) =>
      setDevices(all.filter(({ kind }) => kind === "audioinput"))
    );
  }, []);
  const configure = (change: Partial<Microphone["settings"]>) => {
    voice.microphone.configure({ device, processed, ...change });
    redraw((n) => n + 1);
  };
  return (
    <Dialog title="Settings" close={close}>
      {Microphone.isPossible && (
        <>
          <p class="field">
            <label for="device">Microphone</label>
            <select
              id="device"
              value={device}
              onChange={({ currentTarget }) =>
                configure({ device: currentTarget.value })}
            >
              <option value="">As the browser chooses</option>
              {devices.filter(({ deviceId }) => deviceId !== "").map((
                { deviceId, label },
                i,
              ) => (
                <option key={deviceId} value={deviceId}>
                  {label || `Microphone ${i + 1}`}
                </option>
              ))}
            </select>
          </p>
          <p class="tick">
            <label>
              <input
                type="checkbox"
                checked={processed}
                onChange={() => configure({ processed: !processed })}
              />{" "}
              Cancel echo and suppress noise
            </label>
          </p>
        </>
      )}
      <p class="tick">
        <label>
          <input
            type="checkbox"
            checked={alerts.sound}
            onChange={() => {
              alerts.sound = !alerts.sound;
              redraw((n) => n + 1);
            }}
          />{" "}
          A sound for messages
        </label>
      </p>
      <p class="tick">
        <label>
          <input
            type="checkbox"
            checked={alerts.notifications}
            onChange={async () => {
              await alerts.allow(!alerts.notifications);
              redraw((n) => n + 1);
            }}
          />{" "}
          A notification while this page is in the background
        </label>
      </p>
    </Dialog>
  );
}
