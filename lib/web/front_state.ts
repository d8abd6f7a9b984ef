/**
 * The current public state of the server: collected at most once a second and
 * shared by the front page, its event streams, the old client's pages and the
 * API.
 *
 * @module
 */
import type { Live, RoomInfo } from "../ops/live.ts";
import type { Config } from "../config/config.ts";
import type { Store } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";
import { frontFragments } from "./front_fragments.ts";
import type { FrontSnapshot, PublicRoom } from "./front_snapshot.ts";
import { LiveFragments } from "./live_fragments.ts";

export interface FrontSources {
  readonly live: Live;
  readonly store: Store;
  config(): Config;
  readonly log: Logger;
}

const FRESH_MS = 900;
const MOST_NAMES = 300;
/**
 * Rooms by invitation only, which no list shows (docs/protocol.md, "Rooms").
 */
const PRIVATE_TYPES: ReadonlySet<number> = new Set([1, 5, 6]);
const VOICE_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4]);

export class FrontPageState {
  readonly fragments: LiveFragments;
  readonly #sources: FrontSources;
  #snapshot: FrontSnapshot | null = null;
  #madeAt = -Infinity;

  constructor(sources: FrontSources) {
    this.#sources = sources;
    this.fragments = new LiveFragments(
      () => frontFragments(this.snapshot()),
      sources.log,
    );
  }

  /** Returns a snapshot at most one second old. */
  snapshot(): FrontSnapshot {
    const now = performance.now();
    if (this.#snapshot === null || now - this.#madeAt >= FRESH_MS) {
      this.#snapshot = takeSnapshot(this.#sources);
      this.#madeAt = now;
    }
    return this.#snapshot;
  }
}

function takeSnapshot({ live, store, config }: FrontSources): FrontSnapshot {
  const { server, web } = config();
  const rooms = live.rooms().filter(({ type }) => !PRIVATE_TYPES.has(type));
  const byCategory = new Map<number, PublicRoom[]>();
  for (const room of rooms) {
    const list = byCategory.get(room.category) ?? [];
    list.push(publicRoom(room));
    byCategory.set(room.category, list);
  }
  const known = store.categories.list();
  const codes = new Set(known.map(({ code }) => code));
  const rest = [...byCategory.keys()].filter((code) => !codes.has(code));
  const categories = [
    ...known,
    ...rest.map((code) => ({ code, name: `Category ${code}` })),
  ].flatMap(({ code, name }) => {
    const own = byCategory.get(code);
    return own === undefined ? [] : [{
      code,
      name,
      people: own.reduce((sum, { people }) => sum + people, 0),
      rooms: own,
    }];
  });
  return {
    name: server.name,
    welcome: server.welcome,
    online: live.status().sessions,
    rooms: rooms.length,
    speaking: rooms.filter(({ talker }) => talker !== null).length,
    categories,
    names: web.show_names ? namesOnline(live) : null,
  };
}

function publicRoom(room: RoomInfo): PublicRoom {
  return {
    gid: room.gid,
    name: room.name,
    voice: VOICE_TYPES.has(room.type),
    rating: room.rating,
    locked: room.locked,
    people: room.members.filter(({ invisible }) => !invisible).length,
    speaking: room.talker !== null,
  };
}

function namesOnline(live: Live): string[] {
  return live.sessions().flatMap(({ nickname, phase }) =>
    phase === "online" && nickname !== null ? [nickname] : []
  ).sort((a, b) => a.localeCompare(b, "en")).slice(0, MOST_NAMES);
}
