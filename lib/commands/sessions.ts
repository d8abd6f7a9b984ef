/**
 * Lists the connected sessions.
 *
 * @module
 */
import { command, done } from "./command.ts";
import { columns, durationText } from "./table_text.ts";

export const sessions = command({
  path: ["sessions"],
  summary: "List the connections to the running server",
  examples: ["retropal sessions", "retropal sessions --json"],
  fields: {},
  role: "moderator",
  needsServer: true,
  run(context) {
    const all = context.live?.sessions() ?? [];
    const now = context.now();
    return done(
      all,
      ...columns(
        [
          "NO",
          "NICKNAME",
          "ADDRESS",
          "STATE",
          "FOR",
          "SILENT",
          "ROOMS",
          "QUEUED",
        ],
        all.map((one) => [
          String(one.id),
          one.nickname ?? "-",
          one.address,
          one.phase === "online" ? (one.away ? "away" : "online") : one.phase,
          durationText((now - one.connectedAt) / 1000),
          durationText((now - one.lastPacketAt) / 1000),
          one.rooms.join(",") || "-",
          String(one.queuedBytes),
        ]),
      ),
    );
  },
});
