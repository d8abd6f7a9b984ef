/**
 * Rules for nicknames: which name an account may have.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { imitationFault, nicknameFault, skeleton } from "../domain/accounts.ts";
import { WordFilter } from "../domain/word_filter.ts";
import { equalBytes } from "../protocol/bytes.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { type Account, LEVEL, type Role, type Store } from "../domain/store.ts";

/**
 * Longest word in letters, because pages and the client's lists break only at
 * spaces.
 */
const LONGEST_WORD = 40;

export interface NameRules {
  readonly role?: Role;
  /** The account that already has the name, when only its form changes. */
  readonly own?: Account | undefined;
  /**
   * Given when users choose the name themselves: the rules are then stricter,
   * because no staff has checked it.
   */
  readonly chosen?: Pick<Config, "auth" | "server" | "moderation">;
}

/** Returns a name with its letters and accents composed. */
export function composed(name: string): string {
  return name.normalize("NFC");
}

/** Returns why no account may have this nickname now, or null. */
export function nicknameRefusal(
  store: Store,
  nickname: string,
  { role = "user", own, chosen }: NameRules = {},
): string | null {
  const isStaff = LEVEL[role] > 0;
  return nicknameFault(nickname) ??
    (chosen ? choiceFault(nickname, chosen) : null) ??
    (chosen ? wordFault(store, nickname, chosen) : null) ??
    imitationFault(nickname, isStaff ? [] : staffNicknames(store, own)) ??
    uidFault(store, nickname) ??
    takenFault(store, nickname, own, chosen !== undefined);
}

function choiceFault(
  nickname: string,
  { auth, server }: Pick<Config, "auth" | "server">,
): string | null {
  if (/^[\d\s]+$/.test(nickname)) {
    return "A nickname needs a letter: digits alone look like a user's number.";
  }
  const longest = Math.max(...nickname.split(" ").map((word) => word.length));
  if (longest > LONGEST_WORD) {
    return `A nickname has at most ${LONGEST_WORD} letters without a blank.`;
  }
  const shape = skeleton(nickname);
  const reserved = [...auth.reserved_names, server.name]
    .some((name) => name !== "" && skeleton(name) === shape);
  return reserved
    ? `"${nickname}" is reserved on this server: choose another.`
    : null;
}

/**
 * Returns why a name cannot be chosen because of the word list, or null when it
 * can.
 */
export function wordFault(
  { words }: Store,
  name: string,
  { moderation }: Pick<Config, "moderation">,
): string | null {
  if (!moderation.words_in_names) return null;
  const filter = new WordFilter(words.list());
  if (filter.isEmpty) return null;
  const text = encodeText(name);
  const { refused, text: masked } = filter.judge(text);
  return refused !== undefined || !equalBytes(masked, text)
    ? `"${name}" has a word that is not wanted here: choose another.`
    : null;
}

/** Commands that are given such a nickname would mean the other account. */
function uidFault(store: Store, nickname: string): string | null {
  const other = /^\d{1,10}$/.test(nickname)
    ? store.accounts.get(Number(nickname))
    : undefined;
  return other === undefined
    ? null
    : `"${nickname}" is the uid of ${other.nickname}: choose another.`;
}

function takenFault(
  store: Store,
  nickname: string,
  own: Account | undefined,
  chosen: boolean,
): string | null {
  const taken = store.accounts.byNickname(nickname);
  if (taken !== undefined && taken.uid !== own?.uid) {
    return chosen
      ? `"${taken.nickname}" is taken: choose another.`
      : `The nickname "${taken.nickname}" is taken (uid ${taken.uid}).`;
  }
  const like = store.accounts.bySpacedNickname(nickname)
    .find(({ uid }) => uid !== own?.uid);
  return like === undefined
    ? null
    : `"${nickname}" differs from ${like.nickname} in blanks only: ` +
      "choose another.";
}

/** Returns the nicknames of moderators and above, without `except`. */
export function staffNicknames(store: Store, except?: Account): string[] {
  return (["moderator", "admin", "superadmin"] as const)
    .flatMap((role) => store.accounts.list({ role, limit: 1000 }))
    .filter((account) => account.uid !== except?.uid)
    .map((account) => account.nickname);
}
