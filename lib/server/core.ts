/**
 * Shared by all parts of the server: the current configuration, store, world,
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
  /** A plain configuration, which never changes, or a live one. */
  readonly config: Config | LiveConfig;
  /** Opened by the caller, closed by the server when it stops. */
  readonly store: Store;
  /**
   * Shared with commands, so that both use one queue; created when not given.
   */
  readonly passwords?: PasswordHasher;
  /** Milliseconds since the epoch. */
  readonly clock?: () => Millis;
  /**
   * Milliseconds of a clock that never steps. Defaults to that of the process,
   * or to `clock` when a test sets only that.
   */
  readonly steady?: () => number;
  /** State left by the previous server in a planned restart. */
  readonly handover?: Handover | undefined;
  /**
   * Folder for files that wait for their receivers; without it none are
   * accepted.
   */
  readonly dropFolder?: string | undefined;
  /** Injectable, so that tests can predict the next key number. */
  readonly random?: () => number;
}

export class Core implements Disposable {
  readonly config: LiveConfig;
  readonly store: Store;
  readonly world: World;
  readonly passwords: PasswordHasher;
  readonly addressBans: AddressBans;
  /** Decides which addresses may connect, for every port alike. */
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

  /** Starts the core. Resolves after the first lookup of the host names. */
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

/**
 * Returns the server's only password hasher; its queue limit follows the
 * configuration.
 */
export function passwordHasher(config: LiveConfig): PasswordHasher {
  return new PasswordHasher({
    log2n: config.current.auth.scrypt_log2n,
    queueLimit: () => config.current.limits.hash_queue,
  });
}
