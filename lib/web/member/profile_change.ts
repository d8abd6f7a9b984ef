/**
 * Changes a profile from a form, for the modern pages and those of 2002.
 *
 * @module
 */
import { actorOf, Refused } from "../../actions/acting.ts";
import { colorFault, colorOf } from "../../actions/person_text.ts";
import {
  changeProfile as change,
  type ProfileResult,
} from "../../actions/profile.ts";
import type { Account, AccountPatch } from "../../domain/store.ts";
import { actingOf } from "../acting.ts";
import type { Site } from "../site.ts";
import { mayAct } from "./act.ts";

/** Returns the result, or why not. Fields not given stay unchanged. */
export function changeProfile(
  site: Site,
  account: Account,
  given: ReadonlyMap<string, string>,
  address: string,
  shown: AccountPatch = {},
): ProfileResult | string {
  if (!mayAct(site, account)) {
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
    return change(actingOf(site, actorOf(account, address)), account, {
      patch: { ...shown, ...texts, ...(digits && { color: digits }) },
      fields: given,
    });
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}
