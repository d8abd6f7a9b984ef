/**
 * Carries out the forms of the member's pages.
 *
 * @module
 */
import { type Acting, actorOf, Refused } from "../../actions/acting.ts";
import { actingOf } from "../acting.ts";
import type { Form } from "../form_data.ts";
import type { Account } from "../../domain/store.ts";
import { perMinute } from "../../net/rates.ts";
import type { Context, Member, Site } from "../site.ts";

export interface MemberForm {
  readonly form: Form;
  /** The action of the form. */
  readonly of: string;
  /** The page to go back to. */
  readonly back: string;
  /** The field beside which a refusal is shown. */
  readonly field?: string;
}

/**
 * Counts an audited action of an account. Returns false when there have been
 * too many: chat limits them too.
 */
export function mayAct(site: Site, { uid }: Account): boolean {
  const rate = perMinute(site.config().limits.audited_per_minute);
  return site.acts.of(uid, rate).take(site.steady());
}

/**
 * Carries out the form and returns to the page; a refused form is shown again
 * as it was typed.
 */
export function answerForm(
  c: Context,
  site: Site,
  { session, account }: Member,
  { form, of, back, field }: MemberForm,
  work: (acting: Acting) => string,
): Response {
  try {
    if (!mayAct(site, account)) {
      throw new Refused(
        "You are doing this too often. Please wait a little.",
      );
    }
    const done = work(actingOf(site, actorOf(account, c.env.address)));
    session.flash = { kind: "done", lines: [done] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.flash = {
      kind: "failed",
      lines: [error.message],
      typed: form,
      of,
      ...(field !== undefined && { faults: { [field]: error.message } }),
    };
  }
  return c.redirect(back, 303);
}
