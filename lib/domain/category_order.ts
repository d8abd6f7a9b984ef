/**
 * The order in which a client must be sent the categories.
 *
 * @module
 */
import type { Category } from "./store.ts";

/**
 * The word, in this case, that the client searches for when it creates a room
 * rated A.
 */
const ADULT = "Adult";
const ADULT_ORIENTED = "Adult Oriented";

/**
 * For a room rated A the client uses the first category whose name contains
 * "Adult", and tells the user that it is in the adult category. So "Adult
 * Oriented" must come before "Young Adults (18+)".
 */
export function inClientOrder(
  categories: readonly Category[],
): readonly Category[] {
  const first = categories.findIndex(({ name }) => name.includes(ADULT));
  const wanted = categories.findIndex(({ name }) => name === ADULT_ORIENTED);
  if (wanted <= first) return categories;
  return [
    ...categories.slice(0, first),
    categories[wanted]!,
    ...categories.slice(first, wanted),
    ...categories.slice(wanted + 1),
  ];
}
