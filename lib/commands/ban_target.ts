/**
 * The target of a ban: an account, an address or a network.
 *
 * @module
 */
import { normalAddress, normalNetwork } from "../net/networks.ts";
import type { BanTarget } from "../actions/bans.ts";
import type { BanKind } from "../domain/store.ts";
import { type Context, notFound, refused } from "./command.ts";
import { choiceOption } from "./field.ts";
import { findPerson } from "./find.ts";

export type { BanTarget as Target };

/**
 * Parses the target of a ban; `as` decides where several kinds are possible.
 */
export function readTarget(
  context: Context,
  text: string,
  as: BanKind | undefined,
): BanTarget {
  const network = normalNetwork(text);
  // A network of one address is stored as that address, so that its ban is
  // found in either form.
  const alone = network && /^([\d.]+)\/32$|^([\da-f:]+)\/128$/.exec(network);
  if (alone && as === undefined) {
    return readTarget(context, alone[1] ?? alone[2] ?? "", "address");
  }
  if (network !== null && (as ?? "network") === "network") {
    return { kind: "network", target: network, label: network };
  }
  const address = normalAddress(text);
  if (address !== null && (as ?? "address") === "address") {
    return { kind: "address", target: address, label: address };
  }
  if (as !== undefined && as !== "account") {
    throw refused(
      as === "address"
        ? `"${text}" is not an address: write one such as 203.0.113.9 or 2001:db8::1.`
        : `"${text}" is not a network: write one such as 203.0.113.0/24.`,
    );
  }
  if (LIKE_AN_ADDRESS.test(text)) {
    requireAccountNamed(context, text, network !== null || address !== null);
  }
  const account = findPerson(context.store, text);
  return {
    kind: "account",
    target: String(account.uid),
    label: account.nickname,
  };
}

/** Digits with a dot, or hexadecimal groups with two colons. */
const LIKE_AN_ADDRESS =
  /^(\d+\.[\d.]*|[\da-f.]*:[\da-f.]*:[\da-f.:]*(%[^\/]*)?)(\/\d*)?$/i;

/** Throws for a text that can only be an address, perhaps a mistyped one. */
function requireAccountNamed(
  { store }: Context,
  text: string,
  valid: boolean,
): void {
  if (store.accounts.byNickname(text) !== undefined) return;
  if (valid) {
    throw refused(
      `"${text}" is an address, not a user. Bans on the desk and the command ` +
        '"ban add" take addresses.',
    );
  }
  throw notFound(
    `"${text}" is neither an address nor a network (such as 203.0.113.9 or ` +
      "203.0.113.0/24), and no user has that nickname.",
  );
}

export const KIND = choiceOption(
  ["account", "address", "network"],
  "Kind of TARGET, for a nickname that looks like an address.",
);
