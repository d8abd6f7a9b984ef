// deno-lint-ignore-file no-console -- what it prints is what is tested
import { equal } from "node:assert/strict";
import { banSentence } from "../actions/address_bans.ts";
import { muteSentence } from "../actions/mutes.ts";
import { clockText, endText, timeText } from "./local_time.ts";

const AT = Date.UTC(2026, 6, 31, 12, 0, 30);

/** What `this file` prints when it is run in a zone. */
async function inZone(zone: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname],
    env: { TZ: zone, NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

if (import.meta.main) {
  const end = { until: AT, reason: "Be kind." };
  console.log(timeText(AT));
  console.log(clockText(AT));
  console.log(endText(AT));
  console.log(banSentence(end));
  console.log(muteSentence(end));
}

for (
  const [zone, date, clock, name] of [
    ["UTC", "2026-07-31", "12:00", "UTC"],
    ["Europe/Berlin", "2026-07-31", "14:00", "CEST"],
    ["Asia/Kolkata", "2026-07-31", "17:30", "GMT+5:30"],
    ["Pacific/Auckland", "2026-08-01", "00:00", "GMT+12"],
  ] as const
) {
  Deno.test(`times are told in the zone of the machine, named: ${zone}`, async () => {
    const end = `${date} ${clock.slice(0, 3)}${
      clock === "17:30" ? "31" : "01"
    } ${name}`;
    equal(
      (await inZone(zone)).join("\n"),
      [
        `${date} ${clock}:30 ${name}`,
        `${clock}:30 ${name}`,
        end,
        `You are banned until ${end}. Reason: Be kind.`,
        `You are muted on this server until ${end}. Reason: Be kind.`,
      ].join("\n"),
    );
  });
}
