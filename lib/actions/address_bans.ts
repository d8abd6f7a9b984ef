/**
 * Bans of addresses and networks, and whom each of them binds: an account as
 * high as the person who gave the ban, or higher, signs on all the same.
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

/** The network that a ban covers; an IPv6 host has a whole /64. */
export function coveredBy({ kind, target }: AddressBan): string {
  return kind === "address" && target.includes(":") ? `${target}/64` : target;
}

/** Returns a test for the addresses that a ban covers. */
export function coverage(ban: AddressBan): (address: string) => boolean {
  return networkMatcher([coveredBy(ban)]);
}

/** Whether a ban that covers the address of this account applies to it. */
export function binds(
  ban: Pick<Ban, "byUid" | "rank">,
  account: Pick<Account, "uid" | "role"> | undefined,
): boolean {
  if (ban.rank >= HOST_LEVEL) return true;
  if (account === undefined) return true;
  return account.uid !== ban.byUid && LEVEL[account.role] < ban.rank;
}

/** The sentence that somebody who is banned reads. */
export function banSentence(ban: Pick<Ban, "reason" | "until">): string {
  const until = ban.until === null
    ? "permanently"
    : `until ${endText(ban.until)}`;
  return `You are banned ${until}.${
    ban.reason ? ` Reason: ${ban.reason}` : ""
  }`;
}

/** Bans are read again after this time at the latest. */
const REFRESH_MS = 3_600_000;

interface Parsed {
  readonly ban: Ban;
  readonly covers: (address: string) => boolean;
}

/**
 * The bans of addresses and networks in force: parsed once, until the list
 * changes or one of them ends.
 */
export class AddressBans {
  readonly #bans: Pick<Bans, "revision" | "list">;
  #parsed: readonly Parsed[] = [];
  /** Covers what the host has banned. */
  #ofHost: readonly string[] = [];
  #coversOfHost: (address: string) => boolean = () => false;
  #revision: number | undefined;
  #until: Millis = 0;

  constructor(bans: Pick<Bans, "revision" | "list">) {
    this.#bans = bans;
  }

  /** Returns a ban of the address that binds this account, or a stranger. */
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
   * Whether a connection is refused before anybody says who they are: by a ban
   * of the host. The others must not refuse staff above.
   */
  refuseConnection(address: string, now: Millis): boolean {
    this.#read(now);
    return this.#coversOfHost(address);
  }

  /** The networks of those bans; another list whenever they have changed. */
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
