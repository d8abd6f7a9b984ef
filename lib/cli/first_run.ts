/**
 * Prepares a new data folder on the first `retropal serve`, and greets the
 * host.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Hasher } from "../commands/command.ts";
import type { Store } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { keepOwner } from "../ops/owner.ts";
import { isPrivateAddress } from "../net/networks.ts";
import { homeAddress } from "./interfaces.ts";
import type { Local } from "./local.ts";
import type { Terminal } from "./terminal.ts";

const OWNER = "Owner";
/** Leaves out letters and digits that look alike. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH = 10;

interface FirstRun {
  readonly store: Store;
  readonly hasher: Hasher;
  readonly config: Config;
  /** Opens the setup page and returns its token. */
  readonly openSetup?: () => string;
  readonly local: Pick<Local, "folder" | "commandLine" | "terminal">;
}

/** Messages for the host of a new server. */
export interface Welcome {
  /**
   * Printed before the server starts, so that the password is not lost if the
   * start fails.
   */
  readonly account: readonly string[];
  /** Returns the lines to print when the server is running. */
  next(ports: Ports): readonly string[];
}

interface Ports {
  readonly chat: string;
  readonly voice: string;
  readonly video: string | null;
  readonly web: string | null;
}

/**
 * Creates the owner's account, unless the server has one or is already in use
 * without one.
 */
export async function firstRun(
  { store, hasher, config, local, openSetup }: FirstRun,
): Promise<Welcome> {
  if (isUsed(store)) return { account: [], next: () => [] };
  const owners = store.accounts.list({ role: "superadmin", limit: 1 });
  return {
    account: owners.length > 0 ? [] : await createOwner(store, hasher, local),
    next: (ports) => [
      ...setupPage(config, ports, local, wasSetUp(store) ? null : openSetup),
      ...nextSteps(config, ports, local),
    ],
  };
}

function wasSetUp(store: Store): boolean {
  return store.audit.list({ action: "setup", limit: 1 }).length > 0;
}

/** Returns the address of the one-time setup page. */
function setupPage(
  config: Config,
  { web }: Ports,
  { terminal, commandLine }: FirstRun["local"],
  openSetup: (() => string) | null | undefined,
): readonly string[] {
  if (web === null || !openSetup) return [];
  // Other users may read the log, and the token is as valuable as an owner's
  // account.
  if (isLogged(terminal)) {
    return [`Set it up in a browser: ${commandLine("setup --web")}`, ""];
  }
  return [
    "Set it up in a browser (once, from your own network):",
    `    ${setupUrl(config, web, openSetup())}`,
    "",
  ];
}

/** Returns the address of the setup page for a browser in the home network. */
export function setupUrl(config: Config, web: string, token: string): string {
  const { advertise_private, bind } = config.server;
  const bound = config.web.bind || bind;
  const host = bound !== "0.0.0.0" && bound !== "::"
    ? hostOf(web)
    : advertise_private || homeOnly();
  return `http://${host}:${port(web)}/setup?token=${token}`;
}

/**
 * Returns this machine's address in the home network, or the loopback address.
 */
function homeOnly(): string {
  const home = homeAddress();
  return home !== null && isPrivateAddress(home) ? home : "127.0.0.1";
}

/** Returns whether any account has ever signed on. */
function isUsed(store: Store): boolean {
  const [latest] = store.accounts.list({ sort: "seen", limit: 1 });
  return latest !== undefined && latest.lastSeenAt !== null;
}

async function createOwner(
  store: Store,
  hasher: Hasher,
  { folder, terminal }: FirstRun["local"],
): Promise<readonly string[]> {
  const password = randomPassword();
  const passwordHash = await hasher.hash(encodeText(password));
  const owner = store.transaction(() => {
    const account = store.accounts.create({
      nickname: freeName(store),
      passwordHash,
      role: "superadmin",
      createdAt: Date.now(),
    });
    store.audit.add({
      at: Date.now(),
      actor: "server",
      actorUid: null,
      address: null,
      action: "user add",
      target: account.nickname,
      before: null,
      after: JSON.stringify({ uid: account.uid, role: account.role }),
    });
    return account;
  });
  store.flush();
  const secret = isLogged(terminal)
    ? `in ${writePassword(folder.ownerPassword, password)} (delete that file ` +
      "when you have read it)"
    : password;
  return [
    "",
    `This is a new server; everything it keeps is in ${folder.path}.`,
    "",
    "Your account, with all rights (the password is shown only once):",
    `    nickname  ${owner.nickname}`,
    `    password  ${secret}`,
    "",
  ];
}

/** Returns "Owner", or "Owner2", … when that name is taken. */
function freeName(store: Store): string {
  for (let number = 1;; number++) {
    const name = number === 1 ? OWNER : `${OWNER}${number}`;
    if (store.accounts.byNickname(name) === undefined) return name;
  }
}

/**
 * Returns whether standard error goes to a log that other users may read: the
 * systemd journal, or a launchd service's log.
 */
function isLogged({ env, interactive }: Terminal): boolean {
  return !interactive &&
    (env.JOURNAL_STREAM !== undefined ||
      (env.XPC_SERVICE_NAME ?? "0") !== "0");
}

function writePassword(path: string, password: string): string {
  Deno.writeTextFileSync(path, password + "\n", { mode: 0o600 });
  keepOwner(path);
  return path;
}

function nextSteps(
  config: Config,
  { chat, voice, video, web }: Ports,
  { commandLine }: FirstRun["local"],
): readonly string[] {
  const { advertise, advertise_private, bind } = config.server;
  const bound = bind === "0.0.0.0" || bind === "::" ? null : bind;
  const address = advertise_private || advertise || bound || homeAddress() ||
    "the address of this machine";
  const pages = web === null
    ? null
    : `http://${config.web.bind ? hostOf(web) : address}:${port(web)}`;
  const outside = video === null
    ? `TCP ${port(chat)} and TCP+UDP ${port(voice)}`
    : `TCP ${port(chat)}, TCP+UDP ${port(voice)} and TCP ${port(video)}`;
  return [
    "Next steps (in another window, while this one stays open):",
    `  1. Add a user:           ${commandLine("user add NICKNAME")}`,
    `  2. Point a client here:  ${commandLine(`client reg --host ${address}`)}`,
    ...(pages === null
      ? []
      : [`                           or open ${pages}/connect on its machine`]),
    `  3. For friends outside:  open ${outside} in your router`,
    "                           and start with --advertise YOUR.PUBLIC.ADDRESS",
    ...(pages === null ? [] : [`The pages are at ${pages}/`]),
    "",
  ];
}

function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":"));
}

function port(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf(":") + 1);
}

export function randomPassword(): string {
  let password = "";
  while (password.length < PASSWORD_LENGTH) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    // Discards bytes that would make some letters more likely.
    if (byte < 256 - (256 % LETTERS.length)) {
      password += LETTERS[byte % LETTERS.length];
    }
  }
  return password;
}
