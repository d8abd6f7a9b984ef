/**
 * Bans of addresses and networks, and the accounts that each applies to: an
 * account of the same rank as the ban's author, or higher, may still sign on.
 *
 * @module
 */
import { endText } from "../ops/local_time.ts";
import { networkMatcher } from "../net/networks.ts";
import {
  type Account,
  type Ban,
  type Bans,
  HOST_LEVEL,
  LEVEL,
  type Millis,
} from "../domain/store.ts";

type AddressBan = Pick<Ban, "kind" | "target">;

/** Returns the network that a ban covers; for an IPv6 host that is its /64. */
export function coveredBy({ kind, target }: AddressBan): string {
  return kind === "address" && target.includes(":") ? `${target}/64` : target;
}

/** Returns a test for the addresses that a ban covers. */
export function coverage(ban: AddressBan): (address: string) => boolean {
  return networkMatcher([coveredBy(ban)]);
}

/** Returns whether a ban that covers this account's address applies to it. */
export function binds(
  ban: Pick<Ban, "byUid" | "rank">,
  account: Pick<Account, "uid" | "role"> | undefined,
): boolean {
  if (ban.rank >= HOST_LEVEL) return true;
  if (account === undefined) return true;
  return account.uid !== ban.byUid && LEVEL[account.role] < ban.rank;
}

/** Returns the sentence that a banned user reads. */
export function banSentence(ban: Pick<Ban, "reason" | "until">): string {
  const until = ban.until === null
    ? "permanently"
    : `until ${endText(ban.until)}`;
  return `You are banned ${until}.${
    ban.reason ? ` Reason: ${ban.reason}` : ""
  }`;
}

/** Milliseconds after which bans are read again at the latest. */
const REFRESH_MS = 3_600_000;

interface Parsed {
  readonly ban: Ban;
  readonly covers: (address: string) => boolean;
}

/**
 * The current bans of addresses and networks, parsed once until the list
 * changes or a ban expires.
 */
export class AddressBans {
  readonly #bans: Pick<Bans, "revision" | "list">;
  #parsed: readonly Parsed[] = [];
  /** Networks covered by the host's own bans. */
  #ofHost: readonly string[] = [];
  #coversOfHost: (address: string) => boolean = () => false;
  #revision: number | undefined;
  #until: Millis = 0;

  constructor(bans: Pick<Bans, "revision" | "list">) {
    this.#bans = bans;
  }

  /**
   * Returns a ban of the address that applies to this account, or to an unknown
   * user.
   */
  of(
    address: string,
    account: Pick<Account, "uid" | "role"> | undefined,
    now: Millis,
  ): Ban | undefined {
    this.#read(now);
    return this.#parsed.find(({ ban, covers }) =>
      covers(address) && binds(ban, account)
    )?.ban;
  }

  /**
   * Returns whether a connection is refused before its user is known. Only bans
   * by the host do that: others must not refuse higher staff.
   */
  refuseConnection(address: string, now: Millis): boolean {
    this.#read(now);
    return this.#coversOfHost(address);
  }

  /**
   * Returns the networks of those bans, as a new list whenever they have
   * changed.
   */
  refusedNetworks(now: Millis): readonly string[] {
    this.#read(now);
    return this.#ofHost;
  }

  #read(now: Millis): void {
    if (now < this.#until && this.#bans.revision === this.#revision) return;
    this.#revision = this.#bans.revision;
    const bans = this.#bans.list(now)
      .filter(({ kind }) => kind !== "account");
    this.#parsed = bans.map((ban) => ({ ban, covers: coverage(ban) }));
    this.#ofHost = bans.filter(({ rank }) => rank >= HOST_LEVEL)
      .map(coveredBy);
    this.#coversOfHost = networkMatcher(this.#ofHost);
    const ends = bans.map(({ until }) => until ?? Infinity);
    this.#until = Math.min(...ends, now + REFRESH_MS);
  }
}
