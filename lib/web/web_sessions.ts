/**
 * The sign-in sessions of the pages. They survive a restart of the server.
 *
 * The cookie holds 32 random bytes; the server keeps only their hash. The
 * account is read again for each request, and a session ends when the account
 * is gone or its password has changed since sign-in.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type {
  Account,
  Millis,
  StoredWebSession,
  StoredWebSessions,
  Uid,
} from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";
import type { Form } from "./form_data.ts";

const COOKIE = "retropal_session";
const HOUR_MS = 3_600_000;
/** For members, whose page in the browser signs on to the chat again. */
const IDLE_MS = 24 * HOUR_MS;
const LONGEST_MS = 30 * 24 * HOUR_MS;
/** For the host's desk, which then requires signing in again. */
const DESK_IDLE_MS = 2 * HOUR_MS;
const DESK_LONGEST_MS = 24 * HOUR_MS;
/** The times of a session are stored at most this often. */
const STORE_EVERY_MS = 5 * 60_000;
const MOST = 10_000;
const MOST_PER_ACCOUNT = 10;

/** A message to show on the next page. */
export interface Flash {
  readonly kind: "done" | "failed";
  readonly lines: readonly string[];
  /** Pages about the result. */
  readonly links?: readonly { readonly path: string; readonly label: string }[];
  /** Submitted values that were refused, for the form to show again. */
  readonly typed?: Form;
  /** The action of that form. */
  readonly of?: string;
  /** Errors by field. */
  readonly faults?: Readonly<Record<string, string>>;
}

/** Returns the refused values of a form and the errors, for that form only. */
export function refusedForm(
  { flash }: Pick<WebSession, "flash">,
  action: string,
): Pick<Flash, "typed" | "faults"> {
  return flash?.of === action ? flash : {};
}

export interface WebSession {
  /** The hash of the cookie's value. */
  readonly key: string;
  readonly uid: Uid;
  /** The token in every form of this session; "" until it is found again. */
  formToken: string;
  /** Hash of the account's password hash at sign-in. */
  readonly passwordMark: string;
  /** Distinguishes the sessions of one account, on its page. */
  readonly number: number;
  readonly address: string;
  /** Such as "Firefox on Windows", as far as the browser says. */
  readonly browser: string;
  /** Secret of a two-step sign-in that is being enabled. */
  newSecret: string | undefined;
  /** Times of the steady clock. */
  readonly since: number;
  lastAt: number;
  deskAt: number;
  /** When the times were last stored. */
  storedAt: number;
  flash: Flash | null;
  /** A file for an import, uploaded in advance in parts. */
  upload?: string | undefined;
}

export interface WebSessionsOptions {
  readonly store: StoredWebSessions;
  readonly log: Pick<Logger, "warn">;
  readonly clock: () => Millis;
  /** Clock that never steps. */
  readonly steady: () => number;
}

export class WebSessions {
  readonly #options: WebSessionsOptions;
  /** Sessions by key, oldest first. */
  readonly #sessions = new Map<string, WebSession>();
  #opened = 0;

  /** Continues the stored sessions. */
  constructor(options: WebSessionsOptions) {
    this.#options = options;
    const stored = options.store.list(options.clock());
    for (const one of stored.slice(-MOST)) this.#restore(one);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Opens a session, always with a new identifier: one sent by the visitor is
   * never accepted.
   */
  open(
    account: Account,
    { address, agent }: { readonly address: string; readonly agent: string },
  ): { session: WebSession; id: string } {
    const own = this.of(account.uid);
    for (const one of own.slice(0, own.length - MOST_PER_ACCOUNT + 1)) {
      this.close(one);
    }
    const oldest = this.#sessions.values().next().value;
    if (this.#sessions.size >= MOST && oldest !== undefined) this.close(oldest);
    const id = Buffer.from(randomBytes(32)).toString("base64url");
    const now = this.#options.steady();
    const session: WebSession = {
      key: keyOf(id),
      uid: account.uid,
      formToken: formTokenOf(id),
      passwordMark: passwordMark(account),
      number: ++this.#opened,
      address,
      browser: browserName(agent),
      newSecret: undefined,
      since: now,
      lastAt: now,
      deskAt: now,
      storedAt: now,
      flash: null,
    };
    this.#sessions.set(session.key, session);
    const at = this.#options.clock();
    this.#write(() =>
      this.#options.store.add({
        keyHash: session.key,
        uid: session.uid,
        passwordMark: session.passwordMark,
        address,
        browser: session.browser,
        beganAt: at,
        lastAt: at,
        deskAt: at,
        expiresAt: at + IDLE_MS,
      })
    );
    return { session, id };
  }

  find(id: string): WebSession | undefined {
    const session = this.#sessions.get(keyOf(id));
    if (session === undefined) return undefined;
    const now = this.#options.steady();
    if (now - session.lastAt > IDLE_MS || now - session.since > LONGEST_MS) {
      this.close(session);
      return undefined;
    }
    session.lastAt = now;
    if (now - session.storedAt >= STORE_EVERY_MS) this.#storeTimes(session);
    session.formToken ||= formTokenOf(id);
    return session;
  }

  /**
   * Returns whether the session may open the desk, and counts that as a use
   * of it. The desk requires signing in again much sooner than other pages.
   */
  useDesk(session: WebSession): boolean {
    const now = this.#options.steady();
    if (now - session.deskAt > DESK_IDLE_MS || !this.isFresh(session)) {
      return false;
    }
    session.deskAt = now;
    return true;
  }

  /** Returns whether the sign-in is recent enough for the desk. */
  isFresh({ since }: WebSession): boolean {
    return this.#options.steady() - since <= DESK_LONGEST_MS;
  }

  /**
   * Returns whether a session is still valid, for streams that outlive their
   * request.
   */
  isOpen(session: WebSession): boolean {
    return this.#sessions.has(session.key);
  }

  /** Returns the sessions of one account, oldest first. */
  of(uid: Uid): WebSession[] {
    return [...this.#sessions.values()].filter((one) => one.uid === uid);
  }

  /** Throws StoreError when the session would return with the next start. */
  close({ key }: WebSession): void {
    if (this.#sessions.delete(key)) this.#options.store.remove(key);
  }

  closeAll(uid: Uid, except?: WebSession): void {
    for (const one of this.of(uid)) {
      if (one.key !== except?.key) this.close(one);
    }
  }

  #restore(one: StoredWebSession): void {
    const { clock, steady } = this.#options;
    const now = steady();
    // A wall clock that was set back makes no session older than new.
    const ago = (at: Millis) => now - Math.max(0, clock() - at);
    this.#sessions.set(one.keyHash, {
      key: one.keyHash,
      uid: one.uid,
      formToken: "",
      passwordMark: one.passwordMark,
      number: ++this.#opened,
      address: one.address,
      browser: one.browser,
      newSecret: undefined,
      since: ago(one.beganAt),
      lastAt: ago(one.lastAt),
      deskAt: ago(one.deskAt),
      storedAt: ago(one.lastAt),
      flash: null,
    });
  }

  #storeTimes(session: WebSession): void {
    const { clock, steady, store } = this.#options;
    const now = steady();
    session.storedAt = now;
    const left = Math.min(IDLE_MS, session.since + LONGEST_MS - now);
    const at = clock();
    this.#write(() =>
      store.used({
        keyHash: session.key,
        lastAt: at,
        deskAt: at - (now - session.deskAt),
        expiresAt: at + left,
      })
    );
  }

  /** Without a disk to write to, sessions last until the next restart. */
  #write(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log.warn("a browser session could not be stored", {
        error: String(error),
      });
    }
  }
}

/** Returns whether the account still has the password of the sign-in. */
export function hasSamePassword(session: WebSession, account: Account) {
  return session.passwordMark === passwordMark(account);
}

/** A stored session must not help to guess the password. */
function passwordMark({ passwordHash }: Account): string {
  return createHash("sha256").update(`mark ${passwordHash}`).digest("base64");
}

/** Derived, so that a form opened before a restart can be sent after it. */
function formTokenOf(id: string): string {
  return createHash("sha256").update(`form ${id}`).digest("base64url");
}

const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari", "MSIE"];
const SYSTEMS = ["Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux"];

/** Derives a name such as "Firefox on Windows" from a User-Agent header. */
function browserName(agent: string): string {
  const browser = BROWSERS.find((name) => agent.includes(name));
  const system = SYSTEMS.find((name) => agent.includes(name));
  const known = browser?.replace("Edg", "Edge").replace("OPR", "Opera") ??
    "A browser";
  return system === undefined ? known : `${known} on ${system}`;
}

function keyOf(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}

/** Returns the session identifier from a request's cookies. */
export function sessionId(headers: Headers): string | undefined {
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === COOKIE && value && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/**
 * Returns a cookie that scripts cannot read and other sites' forms do not send.
 */
export function sessionCookie(id: string, https: boolean): string {
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax${
    https ? "; Secure" : ""
  }`;
}

export function expiredCookie(https: boolean): string {
  return `${sessionCookie("", https)}; Max-Age=0`;
}
