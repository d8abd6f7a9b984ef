/**
 * Samples for the load charts: the table history.
 *
 * @module
 */

import type { History, HistorySample, Millis } from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

const MOST_LISTED = 10_000;

interface Row extends Omit<HistorySample, "voiceFrames"> {
  voice_frames: number;
}

export class HistoryTable implements History {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A second sample of the same moment replaces the first. */
  add(resolution: number, sample: HistorySample): void {
    this.#db.statement(
      `INSERT OR REPLACE INTO history
         (resolution, at, sessions, rooms, talkers, packets, voice_frames)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      resolution,
      sample.at,
      sample.sessions,
      sample.rooms,
      sample.talkers,
      sample.packets,
      sample.voiceFrames,
    );
  }

  /** Returns the samples, oldest first. */
  list(resolution: number, since: Millis): HistorySample[] {
    return this.#db.statement<Row>(
      `SELECT at, sessions, rooms, talkers, packets, voice_frames
       FROM history WHERE resolution = ? AND at >= ?
       ORDER BY at LIMIT ${MOST_LISTED}`,
    ).all(resolution, since).map(({ voice_frames, ...sample }) => ({
      ...sample,
      voiceFrames: voice_frames,
    }));
  }

  prune(resolution: number, before: Millis): void {
    this.#db.statement("DELETE FROM history WHERE resolution = ? AND at < ?")
      .run(resolution, before);
  }
}
