/**
 * Categories of rooms: the table categories.
 *
 * @module
 */

import {
  type Categories,
  type Category,
  StoreError,
} from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

export class CategoryTable implements Categories {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): Category[] {
    return this.#db.statement<Category>(
      "SELECT code, name, position FROM categories ORDER BY position, code",
    ).all().map((row) => ({ ...row }));
  }

  /**
   * Creates or changes a category. Without a position, a new one comes last and
   * an existing one stays where it is.
   */
  set(category: Omit<Category, "position"> & { position?: number }): void {
    const { code, name, position = null } = category;
    this.#db.statement(`
      INSERT INTO categories (code, name, position)
      VALUES (?, ?, coalesce(?, (SELECT position FROM categories WHERE code = ?),
        (SELECT coalesce(max(position), 0) + 1 FROM categories)))
      ON CONFLICT (code) DO UPDATE
      SET name = excluded.name, position = excluded.position`)
      .run(code, name, position, code);
  }

  remove(code: number): boolean {
    try {
      return this.#db.statement("DELETE FROM categories WHERE code = ?")
        .run(code) === 1;
    } catch (error) {
      // Only rooms refer to a category.
      if (!(error instanceof StoreError) || error.code !== "not-found") {
        throw error;
      }
      throw new StoreError(
        "in-use",
        `Category ${code} still has rooms: move or remove them first.`,
        { cause: error },
      );
    }
  }
}
