/**
 * What every part of the server shares: configuration in force, store, world,
 * password hashing, resolved host names and the clock.
 *
 * @module
 */
import { LiveConfig } from "../config/live_config.ts";
import type { Config } from "../config/config.ts";
import { AddressBans } from "../actions/address_bans.ts";
import { Admission, type AdmissionRules } from "../net/admission.ts";
import { type Handover, takeOver } from "../domain/handover.ts";
import type { Millis, Store } from "../domain/store.ts";
import { World } from "../domain/world.ts";
import { logger, setLogLevel } from "../ops/log.ts";
import { HostResolver } from "./named_hosts.ts";
import { PasswordHasher } from "../ops/password_hash.ts";

export interface CoreOptions {
  /** A plain configuration never changes while the server runs. */
  readonly config: Config | LiveConfig;
  /** Opened by the caller, closed by the server when it ends. */
  readonly store: Store;
  /** Shared with commands, so that both use one queue; made when not given. */
  readonly passwords?: PasswordHasher;
  /** Milliseconds since the epoch. */
  readonly clock?: () => Millis;
  /**
   * Milliseconds of a clock that never steps. Not given: that of the process,
   * or `clock` when a test sets that alone.
   */
  readonly steady?: () => number;
  /** Left by the server before this one in a planned restart. */
  readonly handover?: Handover | undefined;
  /** Where files wait for their receivers; absent: none are taken. */
  readonly dropFolder?: string | undefined;
  /** Injectable so that tests know the next key number. */
  readonly random?: () => number;
}

export class Core implements Disposable {
  readonly config: LiveConfig;
  readonly store: Store;
  readonly world: World;
  readonly passwords: PasswordHasher;
  readonly addressBans: AddressBans;
  /** Which addresses may connect, the same for every port. */
  readonly admission: Admission;
  readonly hosts: HostResolver;
  readonly clock: () => Millis;
  readonly steady: () => number;
  readonly random: () => number;
  readonly startedAt: Millis;
  readonly dropFolder: string | undefined;

  readonly #steadyAtStart: number;

  private constructor(options: CoreOptions) {
    const { store, clock = Date.now, random = Math.random } = options;
    const config = LiveConfig.of(options.config);
    this.config = config;
    this.store = store;
    this.clock = clock;
    this.steady = options.steady ?? options.clock ??
      (() => performance.now());
    this.#steadyAtStart = this.steady();
    this.random = random;
    this.dropFolder = options.dropFolder;
    this.startedAt = clock();
    this.world = World.load(store, this.startedAt / 1000);
    if (options.handover !== undefined) {
      takeOver(this.world, store, options.handover, this.steady());
    }
    this.passwords = options.passwords ?? passwordHasher(config);
    this.addressBans = new AddressBans(store.bans);
    this.admission = new Admission(
      () => admissionRules(config.current),
      (address) => this.addressBans.refuseConnection(address, clock()),
    );
    this.hosts = new HostResolver(() => config.current, logger("names"));
    config.onChange((now, before) => {
      void this.hosts.refresh();
      if (now.log.level !== before.log.level) setLogLevel(now.log.level);
    });
  }

  /** Resolves when the host names have been looked up once. */
  static async start(options: CoreOptions): Promise<Core> {
    const core = new Core(options);
    await core.hosts.refresh();
    return core;
  }

  get uptimeSeconds(): number {
    return Math.floor((this.steady() - this.#steadyAtStart) / 1000);
  }

  [Symbol.dispose](): void {
    this.hosts.stop();
    this.store.close();
  }
}

export function admissionRules({ access }: Config): AdmissionRules {
  return { onlyFrom: access.only_from, uncounted: access.uncounted };
}

/** The one hasher of a server; its queue limit follows the configuration. */
export function passwordHasher(config: LiveConfig): PasswordHasher {
  return new PasswordHasher({
    log2n: config.current.auth.scrypt_log2n,
    queueLimit: () => config.current.limits.hash_queue,
  });
}
