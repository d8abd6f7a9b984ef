/**
 * Ends the connections whose clients have been silent, or have read nothing,
 * for too long.
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import type { World } from "../domain/world.ts";
import type { Services } from "./context.ts";
import type { Line } from "./edge/line.ts";

/**
 * A client that only listens sends nothing but a statistic every 30 minutes, so
 * the idle time is counted a little longer than that.
 */
const IDLE_GRACE_MS = 90_000;

/** Two ticks of {@linkcode TICK_MS} are missing, and a little more. */
const TICK_MS = 60_000;
const SILENT_MS = 2 * TICK_MS + 10_000;

type Deadlines = Pick<Services, "settings" | "steady" | "counters" | "world">;

/**
 * Checks each connection; must be called every few seconds. `expelIdle` ends
 * the session of a user who was away for too long.
 */
export function checkDeadlines(
  services: Deadlines,
  lines: Iterable<Line>,
  expelIdle: (session: Session) => void,
): void {
  const now = services.steady();
  const { limits } = services.settings;
  const stuck = 1000 * limits.stuck_seconds;
  const idle = 60_000 * limits.idle_minutes + IDLE_GRACE_MS;
  const signOn = 1000 * limits.signon_seconds;
  for (const line of lines) {
    const { session } = line;
    if (line.stuckFor(now) > stuck) {
      services.counters.slowClientsClosed++;
      line.dead("the client takes nothing any more");
    } else if (session.phase === "online") {
      const silent = now - line.lastPacketAt;
      if (silent > idle) {
        session.ending = "dead";
        expelIdle(session);
      } else if (silent > SILENT_MS && owesTicks(session, services.world)) {
        line.dead("no sign of life in a voice room");
      }
    } else if (line.mayYield && now - line.openedAt > signOn) {
      // When many users sign on at the same time, password checks may take
      // longer.
      endSilent(line);
    }
  }
}

/** A client that waits as Gaim does, does not notice a closed connection. */
function endSilent(line: Line): void {
  const reason = "no sign-on in time";
  if (line.session.dialect.finAfterMs === undefined) line.end(reason);
  else void line.close(reason);
}

/**
 * Returns whether the client sends -160 every minute, because it is in a voice
 * room.
 */
function owesTicks(session: Session, world: World): boolean {
  if (!session.dialect.ticksInVoiceRooms) return false;
  for (const gid of session.rooms) {
    if (world.rooms.get(gid)?.isVoice) return true;
  }
  return false;
}
