/**
 * Announces messages: plays a sound, shows a notification, and counts unread
 * lines in the title.
 *
 * @module
 */
import type { Line, Model } from "./model.ts";
import { prefer, preferences } from "./preferences.ts";
import { plainText } from "./text.ts";

const [TONE_HZ, TONE_S, LOUDNESS] = [880, 0.15, 0.08];

/** Whether lines of this room are announced like personal messages. */
export function isAnnounced(gid: number): boolean {
  return preferences().announcedRooms.includes(gid);
}

export function announceRoom(gid: number, on: boolean): void {
  const others = preferences().announcedRooms.filter((one) => one !== gid);
  prefer({ announcedRooms: on ? [...others, gid] : others });
}

/** Asks the browser for permission to show notifications, or turns them off. */
export async function allowNotifications(on: boolean): Promise<void> {
  prefer({
    notifications: on && "Notification" in globalThis &&
      await Notification.requestPermission() === "granted",
  });
}

/** Announces a line, unless the user is looking at the page. */
export function announce(line: Line, audio: AudioContext | undefined): void {
  if (document.hasFocus()) return;
  const { sound, notifications } = preferences();
  if (sound && audio?.state === "running") beep(audio);
  if (!notifications) return;
  try {
    new Notification(line.name, { body: plainText(line.text) });
  } catch {
    // Browsers on phones only allow notifications from a service worker.
  }
}

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

/** Keeps the number of unread lines in the page's title. */
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
