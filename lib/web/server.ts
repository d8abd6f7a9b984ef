/**
 * The pages' listener, and the second one for the old client's own browser.
 *
 * @module
 */
import type { Actor, Context as CommandContext } from "../commands/command.ts";
import type { Live } from "../ops/live.ts";
import type { Config } from "../config/config.ts";
import type { Millis, Store } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";
import { listening } from "../ops/listening.ts";
import { Registry } from "../ops/metrics.ts";
import { ActRate } from "./act_rate.ts";
import { makePages, type Pages } from "./app.ts";
import type { AcceptorLimits } from "../net/acceptor.ts";
import { OutsideLines } from "../net/outside_lines.ts";
import { matcherOf } from "../net/networks.ts";
import { clientOrigin, siteOrigin } from "./client_address.ts";
import { FormTokens } from "./form_tokens.ts";
import { FrontPageState } from "./front_state.ts";
import type { FileDrops } from "../files/drop.ts";
import { HistoryRecorder } from "./history.ts";
import { bareResponse } from "../net/http/response.ts";
import { HttpServer } from "../net/http/server.ts";
import type { Upgrade } from "../net/http/upgrade.ts";
import type { SettingsKeeper } from "../config/settings_keeper.ts";
import type { NightlyBackups } from "../ops/nightly_backups.ts";
import { isLegacyPath, LEGACY_PATHS } from "./legacy/paths.ts";
import { OpenStreams } from "./open_streams.ts";
import { RequestRate } from "./request_rate.ts";
import type { CommandRun, Guard, Passwords, Site, Visitor } from "./site.ts";
import type { SocketPorts } from "./sockets/ports.ts";
import { Sockets } from "./sockets/sockets.ts";
import { Tickets } from "./sockets/tickets.ts";
import { WebSessions } from "./web_sessions.ts";

export interface WebOptions {
  readonly bind: string;
  /** 0: any free one. */
  readonly port: number;
  /** For the old client's own browser; 0: none. */
  readonly legacyPort: number;
  /** The configuration in force, read at each use. */
  readonly config: () => Config;
  readonly store: Store;
  readonly live: Live;
  readonly passwords: Passwords;
  /** The chat side's own, so that both count the same failures. */
  readonly guard: Guard;
  readonly log: Logger;
  /** Shared with the chat side; made when not given. */
  readonly outsideLines?: OutsideLines;
  readonly clock?: () => Millis;
  /** Milliseconds of a clock that never steps; `clock` when not given. */
  readonly steady?: () => number;
  /** In which a command of staff runs; made of the above when not given. */
  readonly commandContext?: (actor: Actor, run: CommandRun) => CommandContext;
  /** What WebSockets connect to; without it there are none. */
  readonly sockets?: SocketPorts;
  /** Files that wait for their receivers. */
  readonly drops?: FileDrops;
  /** Writes a consistent copy of the database to a file that is not there. */
  readonly backup?: (file: string) => Promise<unknown>;
  /** Changes settings; without it the desk only shows them. */
  readonly settings?: SettingsKeeper;
  /** Automatic backups; without them the desk lists none. */
  readonly backups?: NightlyBackups;
  /** Adds metrics that `Live` does not know. */
  readonly metrics?: (registry: Registry) => void;
}

export interface WebServer {
  readonly addr: Deno.NetAddr;
  readonly legacyAddr: Deno.NetAddr | null;
  /** Ends the event streams of networks that the server is no longer for. */
  expelNotAllowed(): void;
  /** What GET serves, as the router has it. */
  readonly paths: readonly string[];
  /** Ends event streams, finishes what is being answered, closes. */
  shutdown(): Promise<void>;
}

const GRACE_MS = 2000;

/** Rejects with CannotListen. */
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
  const door = new FrontDoor(site, pages, sockets);
  const answer = door.answer.bind(door);

  const common = {
    hostname: bind,
    log,
    limits: () => connectionLimits(site.config().limits),
    isUncounted: (address: string) => isUncounted(site.config(), address),
  };

  const server = listening(
    "web.port",
    port,
    () => new HttpServer({ ...common, port, answer }),
  );
  let legacy: HttpServer | null = null;
  if (legacyPort !== 0 && legacyPort !== port) {
    try {
      legacy = listening("web.legacy_port", legacyPort, () =>
        new HttpServer({
          ...common,
          port: legacyPort,
          answer: (request, remote, local) => {
            const url = new URL(request.url);
            if (url.pathname === "/") {
              url.pathname = LEGACY_PATHS.front;
              return answer(new Request(url, request), remote, local);
            }
            return isLegacyPath(url.pathname)
              ? answer(request, remote, local)
              : Promise.resolve(bareResponse(404, "Not found."));
          },
        }));
    } catch (error) {
      void server.shutdown(0);
      throw error;
    }
  }
  const history = new HistoryRecorder(site);
  history.start();

  return {
    addr: server.addr,
    legacyAddr: legacy?.addr ?? null,
    expelNotAllowed() {
      const { only_from } = site.config().access;
      if (only_from.length === 0) return;
      const isAllowed = matcherOf(only_from);
      site.streams.close((address) => !isAllowed(address));
    },
    paths: pages.paths,
    async shutdown() {
      history.stop();
      site.streams.close();
      pages.close();
      sockets?.close();
      await Promise.all([
        server.shutdown(GRACE_MS),
        legacy?.shutdown(GRACE_MS),
      ]);
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
    settings: options.settings ?? null,
    metrics: new Registry(),
    sessions: new WebSessions(),
    tokens: new FormTokens(),
    front: new FrontPageState({ live, store, config, log }),
    acts: new ActRate(),
    streams: new OpenStreams(
      () => config().limits,
      (address) => isUncounted(config(), address),
      log,
    ),
    tickets: new Tickets(),
    sessionOf: (uid) => options.sockets?.sessionOf(uid),
  };
}

/** Seconds' worth of new connections that may come at once after a pause. */
const BURST_SECONDS = 10;

function connectionLimits(limits: Config["limits"]): AcceptorLimits {
  return {
    total: limits.web_connections,
    perHost: limits.web_connections_per_address,
    newPerSecond: limits.new_connections_per_second,
    newBurst: BURST_SECONDS * limits.new_connections_per_second,
  };
}

/** A proxy holds the connections of everybody behind it. */
function isUncounted({ web, access }: Config, address: string): boolean {
  return matcherOf(web.trusted_proxies)(address) ||
    matcherOf(access.uncounted)(address);
}

/** What a request passes before any page sees it. */
class FrontDoor {
  readonly #site: Site;
  readonly #pages: Pages;
  readonly #sockets: Sockets | undefined;
  readonly #rate = new RequestRate();

  constructor(site: Site, pages: Pages, sockets: Sockets | undefined) {
    this.#site = site;
    this.#pages = pages;
    this.#sockets = sockets;
  }

  async answer(
    request: Request,
    peer: string,
    localAddress: string,
  ): Promise<Response | Upgrade> {
    const { web, access } = this.#site.config();
    const { address, https, masked } = clientOrigin(
      peer,
      request.headers,
      web.trusted_proxies,
    );
    if (access.only_from.length > 0 && !matcherOf(access.only_from)(address)) {
      return bareResponse(403, "This server is not for your network.");
    }
    if (!this.#rate.take(address, request.method, this.#site.steady())) {
      return bareResponse(429, "Too many requests. Please wait.", {
        "retry-after": "2",
      });
    }
    if (!["GET", "HEAD", "POST"].includes(request.method)) {
      return bareResponse(405, "Only GET, HEAD and POST are known here.", {
        allow: "GET, HEAD, POST",
      });
    }
    if (!isPlainHost(request.headers.get("host"))) {
      return bareResponse(400, "This Host header cannot be.");
    }
    const visitor: Visitor = {
      address,
      origin: siteOrigin(peer, request.headers, web.trusted_proxies, https),
      localAddress,
      https,
      mayBeStaff: !masked && matcherOf(web.staff_networks)(address),
    };
    const { pathname } = new URL(request.url);
    if (this.#sockets?.has(pathname)) {
      return this.#sockets.answer(request, visitor);
    }
    try {
      return await this.#pages.answer(request, visitor);
    } catch (error) {
      return this.failed(error);
    }
  }

  failed(error: unknown): Response {
    this.#site.log.error("request failed", { error: String(error) });
    return bareResponse(500, "Something went wrong here.");
  }
}

/** A path could hide in any other. HTTP/1.0 has none. */
function isPlainHost(host: string | null): boolean {
  return host === null || /^[\w.-]{0,253}(:\d{0,5})?$/.test(host) ||
    /^\[[\da-f:.]{2,45}\](:\d{0,5})?$/i.test(host);
}
