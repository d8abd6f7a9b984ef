/**
 * Calls for staff: the table complaints.
 *
 * @module
 */
import type {
  Complaint,
  ComplaintFilter,
  ComplaintPatch,
  Complaints,
  ComplaintState,
  NewComplaint,
  RoomLine,
} from "../lib/domain/moderation.ts";
import { type Millis, StoreError, type Uid } from "../lib/domain/store.ts";
import { type Column, Columns, plain, type Row } from "./columns.ts";
import type { Database, Value } from "./database.ts";
import { bounded } from "./limits.ts";

const MOST_LISTED = 10_000;

const lines: Column<readonly RoomLine[]> = {
  name: "lines",
  read: (value) => JSON.parse(String(value)),
  write: (value) => JSON.stringify(value),
};

const COLUMNS = new Columns<Complaint>("complaints", {
  id: plain("id", { fixed: true }),
  at: plain("at", { fixed: true }),
  reporter: plain<Uid | null>("reporter", { initial: null, fixed: true }),
  reporterName: plain("reporter_name", { fixed: true }),
  about: plain<Uid | null>("about", { initial: null, fixed: true }),
  aboutName: plain("about_name", { fixed: true }),
  gid: plain<number | null>("gid", { initial: null, fixed: true }),
  room: plain("room", { fixed: true }),
  text: plain("text", { fixed: true }),
  lines: { ...lines, fixed: true },
  state: plain<ComplaintState>("state"),
  note: plain("note"),
  handledBy: plain("handled_by"),
  handledAt: plain<number | null>("handled_at", { initial: null }),
});

export class ComplaintTable implements Complaints {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(complaint: NewComplaint): Complaint {
    const id = COLUMNS.insert(this.#db, complaint);
    return this.get(id)!;
  }

  get(id: number): Complaint | undefined {
    const row = this.#db.statement<Row>("SELECT * FROM complaints WHERE id = ?")
      .get(id);
    return row && COLUMNS.fromRow(row);
  }

  list(filter: ComplaintFilter = {}): Complaint[] {
    const { state, about, reporter, limit = 100, offset = 0 } = filter;
    const wheres: string[] = [];
    const values: Value[] = [];
    if (state === "waiting") wheres.push("state IN ('open', 'taken')");
    else if (state !== undefined) {
      wheres.push("state = ?");
      values.push(state);
    }
    if (about !== undefined) {
      wheres.push("about = ?");
      values.push(about);
    }
    if (reporter !== undefined) {
      wheres.push("reporter = ?");
      values.push(reporter);
    }
    const where = wheres.length === 0 ? "" : `WHERE ${wheres.join(" AND ")}`;
    return this.#db.statement<Row>(
      `SELECT * FROM complaints ${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    ).all(...values, bounded(limit, MOST_LISTED), offset)
      .map((row) => COLUMNS.fromRow(row));
  }

  update(id: number, patch: ComplaintPatch): void {
    const before = this.get(id);
    if (before === undefined) {
      throw new StoreError("not-found", `There is no complaint ${id}.`);
    }
    COLUMNS.update(this.#db, id, { ...before, ...patch });
  }

  countBy(reporter: Uid, since: Millis): number {
    return this.#db.statement<{ made: number }>(
      "SELECT count(*) AS made FROM complaints WHERE reporter = ? AND at > ?",
    ).get(reporter, since)?.made ?? 0;
  }
}
