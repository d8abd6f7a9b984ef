/**
 * Changing a profile by a form, this decade's or that of 2002.
 *
 * @module
 */
import { actorOf, Refused } from "../../actions/acting.ts";
import { colorFault, colorOf } from "../../actions/person_text.ts";
import { changeProfile as change } from "../../actions/profile.ts";
import type { Account, AccountPatch } from "../../domain/store.ts";
import { actingOf } from "../acting.ts";
import type { Site } from "../site.ts";

/** Returns null when it is done, or why not. Fields not given stay. */
export function changeProfile(
  site: Site,
  account: Account,
  given: ReadonlyMap<string, string>,
  address: string,
  shown: AccountPatch = {},
): string | null {
  const { audited_per_minute: most } = site.config().limits;
  if (!site.acts.take(account.uid, most, site.steady())) {
    return "You are doing this too often. Please wait a little.";
  }
  const texts = Object.fromEntries(
    ["first", "last", "email"].filter((key) => given.has(key))
      .map((key) => [key, given.get(key)]),
  );
  try {
    const color = given.get("color");
    const digits = color === undefined ? undefined : colorOf(color);
    if (color !== undefined && digits === null) {
      throw new Refused(colorFault(color));
    }
    change(actingOf(site, actorOf(account, address)), account, {
      patch: { ...shown, ...texts, ...(digits && { color: digits }) },
      fields: given,
    });
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}
