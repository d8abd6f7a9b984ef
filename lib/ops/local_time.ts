/**
 * Times for people: in the machine's own zone (TZ), which is named.
 *
 * @module
 */

/** "2026-07-31 12:00:00 CEST": the machine's own time (TZ), with its zone. */
export function timeText(at: number | null): string {
  return at === null ? "-" : `${localTime(at)} ${zoneText(at)}`;
}

/** The same without seconds. */
export function minuteText(at: number): string {
  return `${localTime(at).slice(0, 16)} ${zoneText(at)}`;
}

/** "12:00:00 CEST" */
export function clockText(at: number): string {
  return `${localTime(at).slice(11)} ${zoneText(at)}`;
}

/** The first whole minute that is not before `at`: by then a ban is over. */
export function endText(at: number): string {
  return minuteText(Math.ceil(at / 60_000) * 60_000);
}

function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-` +
    `${two(date.getDate())} ${two(date.getHours())}:` +
    `${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Made at first use: its making is a twentieth of the start of a command. */
let zone: Intl.DateTimeFormat | undefined;

/** "UTC", "CEST", "GMT+5:30" */
export function zoneText(at: number): string {
  zone ??= new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
  const part = zone.formatToParts(at).find(({ type }) =>
    type === "timeZoneName"
  );
  return part?.value ?? "UTC";
}
