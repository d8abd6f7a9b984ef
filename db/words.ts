/**
 * Words that are filtered in rooms, names and messages: the table words.
 *
 * @module
 */
import { foldName } from "../lib/domain/names.ts";
import type {
  ListedWord,
  WordAction,
  Words,
} from "../lib/domain/moderation.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const COLUMNS = new Columns<ListedWord>("words", {
  word: plain("word", { folded: true }),
  action: plain<WordAction>("action"),
  by: plain("added_by"),
  at: plain("at"),
});

export class WordTable implements Words {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  set(word: ListedWord): void {
    this.#db.transaction(() => {
      this.remove(word.word);
      COLUMNS.insert(this.#db, word);
    });
  }

  list(): ListedWord[] {
    return this.#db.statement<Row>("SELECT * FROM words ORDER BY word_key")
      .all().map((row) => COLUMNS.fromRow(row));
  }

  remove(word: string): boolean {
    return this.#db.statement("DELETE FROM words WHERE word_key = ?")
      .run(foldName(word)) === 1;
  }
}
