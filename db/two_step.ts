/**
 * Two-step sign-in on the pages: the table two_step.
 *
 * @module
 */
import type { TwoStep, TwoSteps } from "../lib/domain/moderation.ts";
import type { Uid } from "../lib/domain/store.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const COLUMNS = new Columns<TwoStep>("two_step", {
  uid: plain("uid"),
  secret: plain("secret"),
  since: plain("since"),
  lastStep: plain("last_step"),
  recovery: {
    name: "recovery",
    read: (value) => JSON.parse(String(value)),
    write: (value) => JSON.stringify(value),
  },
});

export class TwoStepTable implements TwoSteps {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(uid: Uid): TwoStep | undefined {
    const row = this.#db.statement<Row>("SELECT * FROM two_step WHERE uid = ?")
      .get(uid);
    return row && COLUMNS.fromRow(row);
  }

  set(one: TwoStep): void {
    this.#db.transaction(() => {
      this.remove(one.uid);
      COLUMNS.insert(this.#db, one);
    });
  }

  remove(uid: Uid): boolean {
    return this.#db.statement("DELETE FROM two_step WHERE uid = ?")
      .run(uid) === 1;
  }
}
