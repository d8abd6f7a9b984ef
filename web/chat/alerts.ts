/**
 * What tells of a message: a sound, a notification, a count in the title.
 *
 * @module
 */
import type { Line, Model } from "./model.ts";
import { plainText } from "./text.ts";

const [TONE_HZ, TONE_S, LOUDNESS] = [880, 0.15, 0.08];

class Alerts {
  sound = true;
  notifications = false;

  /** Asks the browser; stays off when the user does not want it. */
  async allow(on: boolean): Promise<void> {
    this.notifications = on && "Notification" in globalThis &&
      await Notification.requestPermission() === "granted";
  }

  /** A personal line has come while the user may look elsewhere. */
  tell(line: Line, audio: AudioContext | undefined): void {
    if (document.hasFocus()) return;
    if (this.sound && audio?.state === "running") beep(audio);
    if (this.notifications) {
      try {
        new Notification(line.name, { body: plainText(line.text) });
      } catch {
        // Phones want a service worker for it.
      }
    }
  }
}

export const alerts = new Alerts();

function beep(audio: AudioContext): void {
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.frequency.value = TONE_HZ;
  gain.gain.setValueAtTime(LOUDNESS, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + TONE_S);
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + TONE_S);
}

/** Keeps the count of unread lines in the page's title. */
export function titleFollows(model: Model, title: string): void {
  model.subscribe(() => {
    const { unread } = model;
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  });
  addEventListener("focus", () => {
    const place = model.current();
    if (place !== undefined && place.unread > 0) {
      place.unread = 0;
      model.changed();
    }
  });
}
