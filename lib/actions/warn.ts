/**
 * A message from the staff to one user, which is stored if they are offline.
 *
 * @module
 */
import { type Account, SYSTEM_UID } from "../domain/store.ts";
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { type Acting, audit, Refused, requireAbove } from "./acting.ts";

const LONGEST = 1000;

/**
 * Sends a warning. Returns whether the user has received it, or will at the
 * next sign-on.
 */
export function warn(
  acting: Acting,
  account: Account,
  text: string,
): "told" | "waits" {
  const { store, live } = acting;
  requireAbove(acting.actor, account);
  if (!fitsWindows1252(text)) {
    throw new Refused(
      "The old client can show letters of Western European languages only.",
    );
  }
  if (encodeText(text).length > LONGEST) {
    throw new Refused(`A warning has at most ${LONGEST} characters.`);
  }
  const line = `A warning from the staff: ${text}`;
  const told = live?.message(account.uid, line) ?? false;
  store.transaction(() => {
    if (!told) {
      store.messages.add({
        to: account.uid,
        from: SYSTEM_UID,
        body: encodeText(line),
        at: acting.now(),
      });
    }
    audit(acting, {
      action: "user warn",
      target: account.nickname,
      after: text,
    });
  });
  return told ? "told" : "waits";
}
