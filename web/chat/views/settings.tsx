/**
 * Devices, sounds and notifications, stored by the browser.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { allowNotifications } from "../alerts.ts";
import {
  MOST_PICTURES_PER_SECOND,
  prefer,
  type Preferences,
  preferences,
} from "../preferences.ts";
import { Video } from "../video.ts";
import { Microphone } from "../voice/microphone.ts";
import { Dialog, usePage } from "./base.tsx";

export function Settings({ close }: { close: () => void }) {
  const { model, voice, video } = usePage();
  const { processed, sound, notifications, picturesPerSecond, ...devices } =
    preferences();
  const choose = (change: Partial<Preferences>) => {
    prefer(change);
    // Views read the preferences, so they must be redrawn.
    model.changed();
  };
  const chooseMicrophone = (change: Partial<Preferences>) => {
    choose(change);
    voice.microphone.close();
  };
  return (
    <Dialog title="Settings" close={close}>
      {Microphone.isPossible && (
        <>
          <Device
            kind="audioinput"
            label="Microphone"
            chosen={devices.microphone}
            choose={(microphone) => chooseMicrophone({ microphone })}
          />
          <Tick
            on={processed}
            change={() => chooseMicrophone({ processed: !processed })}
          >
            Cancel echo and suppress noise
          </Tick>
        </>
      )}
      {Video.isPossible && (
        <>
          <Device
            kind="videoinput"
            label="Camera"
            chosen={devices.camera}
            choose={(camera) => {
              choose({ camera });
              void video.changeCamera();
            }}
          />
          <p class="field">
            <label for="rate">Pictures a second from my camera</label>
            <select
              id="rate"
              value={picturesPerSecond}
              onChange={({ currentTarget }) => {
                choose({ picturesPerSecond: Number(currentTarget.value) });
                video.changeRate();
              }}
            >
              {Array.from(
                { length: MOST_PICTURES_PER_SECOND },
                (_, i) => <option key={i} value={i + 1}>{i + 1}</option>,
              )}
            </select>
          </p>
        </>
      )}
      <Tick on={sound} change={() => choose({ sound: !sound })}>
        A sound for messages
      </Tick>
      <Tick
        on={notifications}
        change={() =>
          void allowNotifications(!notifications).then(() => model.changed())}
      >
        A notification while this page is in the background
      </Tick>
      <p class="quiet">
        Both are for instant messages and whispers; the button “Alerts” of a
        room adds its other lines.
      </p>
    </Dialog>
  );
}

function Device(
  { kind, label, chosen, choose }: {
    kind: MediaDeviceKind;
    label: string;
    chosen: string;
    choose: (device: string) => void;
  },
) {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const list = () =>
      void navigator.mediaDevices.enumerateDevices().then((all) =>
        setDevices(
          all.filter((one) => one.kind === kind && one.deviceId !== ""),
        )
      );
    list();
    navigator.mediaDevices.addEventListener("devicechange", list);
    return () =>
      navigator.mediaDevices.removeEventListener("devicechange", list);
  }, [kind]);
  return (
    <p class="field">
      <label for={kind}>{label}</label>
      <select
        id={kind}
        value={chosen}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        <option value="">As the browser chooses</option>
        {devices.map(({ deviceId, label: name }, i) => (
          <option key={deviceId} value={deviceId}>
            {name || `${label} ${i + 1}`}
          </option>
        ))}
      </select>
    </p>
  );
}

function Tick(
  { on, change, children }: {
    on: boolean;
    change: () => void;
    children: ComponentChildren;
  },
) {
  return (
    <p class="tick">
      <label>
        <input type="checkbox" checked={on} onChange={change} /> {children}
      </label>
    </p>
  );
}
