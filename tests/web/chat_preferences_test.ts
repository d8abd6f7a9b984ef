import { deepEqual, equal } from "node:assert/strict";
import { DEFAULTS, readPreferences } from "../../web/chat/preferences.ts";

Deno.test("stored preferences of any shape are read", () => {
  for (const stored of [null, 7, "x", [], {}, { sound: "yes", volumes: [] }]) {
    deepEqual(readPreferences(stored), DEFAULTS);
  }
});

Deno.test("preferences come back from their JSON", () => {
  const chosen = {
    ...DEFAULTS,
    camera: "abc",
    picturesPerSecond: 2,
    announcedRooms: [600],
    volumes: { 600: 0.5 },
    look: { ...DEFAULTS.look, bold: true, color: "#c00000", size: 12 },
  };
  deepEqual(readPreferences(JSON.parse(JSON.stringify(chosen))), chosen);
});

Deno.test("preferences are kept within their bounds", () => {
  equal(readPreferences({ picturesPerSecond: 900 }).picturesPerSecond, 6);
  equal(readPreferences({ picturesPerSecond: -1 }).picturesPerSecond, 1);
  const announcedRooms = Array.from({ length: 500 }, (_, i) => i);
  equal(readPreferences({ announcedRooms }).announcedRooms.length, 100);
});
