/**
 * The listener of the pages, and the second one for the old client's own
 * browser.
 *
 * @module
 */
import type { Actor, Context as CommandContext } from "../commands/command.ts";
import type { Live } from "../ops/live.ts";
import type { Config } from "../config/config.ts";
import type { Millis, Store } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";
import { Registry } from "../ops/metrics.ts";
import { KeyedBuckets } from "../net/rates.ts";
import { makePages } from "./app.ts";
import { OutsideLines } from "../net/outside_lines.ts";
import type { AddressBans } from "../actions/address_bans.ts";
import type { Admission } from "../net/admission.ts";
import { FrontDoor } from "./front_door.ts";
import { type HttpsOptions, isUncounted, openListeners } from "./listeners.ts";
import { FormTokens } from "./form_tokens.ts";
import { FrontPageState } from "./front_state.ts";
import type { FileDrops } from "../files/drop.ts";
import { HistoryRecorder } from "./history.ts";
import type { SettingsKeeper } from "../config/settings_keeper.ts";
import type { Housekeeper } from "../upkeep/housekeeping.ts";
import type { NightlyBackups } from "../upkeep/nightly_backups.ts";
import { OpenStreams } from "./open_streams.ts";
import type { CommandRun, Guard, Passwords, Site } from "./site.ts";
import type { SetupDoor } from "./setup_door.ts";
import type { SocketPorts } from "./sockets/ports.ts";
import { Sockets } from "./sockets/sockets.ts";
import { Tickets } from "./sockets/tickets.ts";
import { SecondSteps } from "./second_step.ts";
import { WebSessions } from "./web_sessions.ts";

export interface WebOptions {
  readonly bind: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Port for the old client's own browser; 0 opens none. */
  readonly legacyPort: number;
  /** Returns the current configuration; called at each use. */
  readonly config: () => Config;
  readonly store: Store;
  readonly live: Live;
  readonly passwords: Passwords;
  readonly addressBans: AddressBans;
  readonly admission: Admission;
  /** The guard of the chat side, so that both count the same failures. */
  readonly guard: Guard;
  readonly log: Logger;
  /** Shared with the chat side; created when not given. */
  readonly outsideLines?: OutsideLines;
  readonly clock?: () => Millis;
  /** Milliseconds of a clock that never steps; defaults to `clock`. */
  readonly steady?: () => number;
  /**
   * Returns the context in which a command of staff runs; built from the above
   * when not given.
   */
  readonly commandContext?: (actor: Actor, run: CommandRun) => CommandContext;
  /** Targets of WebSockets; without them WebSockets are refused. */
  readonly sockets?: SocketPorts;
  /** HTTPS in addition to http; without it only http is served. */
  readonly tls?: HttpsOptions;
  /** Files that wait for their receivers. */
  readonly drops?: FileDrops;
  /**
   * Writes a consistent copy of the database to a file that does not exist yet.
   */
  readonly backup?: (file: string) => Promise<unknown>;
  /** Changes settings; without it the desk shows them read-only. */
  readonly settings?: SettingsKeeper;
  /** Opens the setup page; without it the page does not exist. */
  readonly setupDoor?: SetupDoor;
  /** Automatic backups; without them the desk lists none. */
  readonly backups?: NightlyBackups;
  /** Stops the server, restores a backup, and starts it again. */
  readonly restore?: (file: string, actor: Actor) => void;
  /** Removes expired data. */
  readonly house?: Pick<Housekeeper, "last">;
  /** Adds metrics that `Live` does not have. */
  readonly metrics?: (registry: Registry) => void;
}

export interface WebServer {
  readonly addr: Deno.NetAddr;
  /** Address of the HTTPS port. */
  readonly tlsAddr: Deno.NetAddr | null;
  readonly legacyAddr: Deno.NetAddr | null;
  /** Ends the event streams of networks that may no longer use the server. */
  expelNotAllowed(): void;
  /** The paths served by GET, in the router's notation. */
  readonly paths: readonly string[];
  /** The paths served by POST. */
  readonly posts: readonly string[];
  /** Ends event streams, finishes the answers in progress, and closes. */
  shutdown(): Promise<void>;
}

/** Starts the page server. Rejects with CannotListen. */
export function startWeb(options: WebOptions): Promise<WebServer> {
  try {
    return Promise.resolve(start(options));
  } catch (error) {
    return Promise.reject(error);
  }
}

function start(options: WebOptions): WebServer {
  const { bind, port, legacyPort, log } = options;
  const site = makeSite(options);
  const pages = makePages(site);
  options.metrics?.(site.metrics);
  const sockets = options.sockets && new Sockets(site, options.sockets);
  const door = new FrontDoor(site, pages, sockets, options.tls);
  const listeners = openListeners({
    bind,
    port,
    legacyPort,
    tls: options.tls,
    log,
    config: site.config,
    answer: door.answer.bind(door),
  });
  door.httpsPort = listeners.tls?.addr.port ?? 0;
  const history = new HistoryRecorder(site);
  history.start();

  return {
    addr: listeners.main.addr,
    legacyAddr: listeners.legacy?.addr ?? null,
    tlsAddr: listeners.tls?.addr ?? null,
    expelNotAllowed() {
      site.streams.close((address) => !site.admission.isAllowed(address));
    },
    paths: pages.paths,
    posts: pages.posts,
    async shutdown() {
      history.stop();
      site.streams.close();
      pages.close();
      sockets?.close();
      await listeners.shutdown();
    },
  };
}

function makeSite(options: WebOptions): Site {
  const { config, live, store, passwords, guard, log } = options;
  const clock = options.clock ?? Date.now;
  const steady = options.steady ?? clock;
  return {
    store,
    live,
    passwords,
    addressBans: options.addressBans,
    admission: options.admission,
    guard,
    drops: options.drops ?? null,
    log,
    outsideLines: options.outsideLines ?? new OutsideLines(log, steady),
    clock,
    steady,
    config,
    commandContext: options.commandContext ??
      ((actor, run) => ({
        store,
        live,
        hasher: passwords,
        config: config(),
        actor,
        now: clock,
        ...run,
      })),
    backup: options.backup ?? null,
    backups: options.backups ?? null,
    house: options.house ?? null,
    restore: options.restore ?? null,
    setupDoor: options.setupDoor ?? null,
    settings: options.settings ?? null,
    authority: () => options.tls?.authority(),
    metrics: new Registry(),
    sessions: new WebSessions({ store: store.webSessions, log, clock, steady }),
    secondSteps: new SecondSteps(),
    tokens: new FormTokens(),
    front: new FrontPageState({ live, store, config, log }),
    acts: new KeyedBuckets(),
    streams: new OpenStreams(
      () => config().limits,
      (address) => isUncounted(config(), address),
      log,
    ),
    tickets: new Tickets(),
    sessionOf: (uid) => options.sockets?.sessionOf(uid),
  };
}
