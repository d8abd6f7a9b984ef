/**
 * Restores sessions and rooms from the log in a server that has just started.
 *
 * @module
 */
import type { Services } from "../chat/context.ts";
import type { RemoteLines } from "../chat/edge/remote.ts";
import { Session } from "../domain/session.ts";
import type { LogState } from "./log_state.ts";
import type { Places } from "./places.ts";
import {
  packetsOf,
  readRecords,
  restoreRoom,
  restoreSession,
  sortMembers,
} from "./record_reader.ts";

export interface RestorePorts {
  readonly services: Services;
  readonly lines: RemoteLines;
  readonly places: Places;
}

export interface Restored {
  /** Sessions whose sockets are closed, and who are still in their rooms. */
  readonly ended: readonly Session[];
  readonly sessions: number;
  readonly rooms: number;
}

export function restoreWorld(
  { records, links }: LogState,
  { services, lines, places }: RestorePorts,
): Restored {
  const { world, store, clock, steady } = services;
  const { sessions, rooms, gateways } = readRecords(records);
  const isThere = (gateway: number) => links.get(gateway)?.isLost === false;
  for (const [gateway, info] of gateways) {
    if (isThere(gateway)) places.add(gateway, info);
  }
  for (const room of rooms) {
    restoreRoom(world, room, clock(), steady());
    const { voice, handed: { gid } } = room;
    if (voice !== null && isThere(voice)) places.setVoice(gid, voice);
  }
  const ended: Session[] = [];
  for (const record of sessions) {
    const setUp = (session: Session) =>
      restoreSession(world, store, session, record, clock());
    const { at, id, connectedAt } = record;
    if (at !== null && isThere(at.gateway)) {
      const { gateway, line, remote, local } = at;
      lines.restore(gateway, {
        id: line,
        remote,
        local,
        session: { id, connectedAt },
        pending: packetsOf(at),
        setUp,
      });
      places.found(gateway, local.host);
    } else {
      // Its socket belonged to the core that has gone.
      const session = new Session(id, record.address, "", connectedAt);
      setUp(session);
      ended.push(session);
    }
  }
  for (const room of world.rooms.values()) sortMembers(room);
  return {
    ended,
    sessions: sessions.length - ended.length,
    rooms: rooms.length,
  };
}
