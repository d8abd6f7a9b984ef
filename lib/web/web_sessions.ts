/**
 * The sign-in sessions of the pages, kept in memory, so a restart signs
 * everybody out.
 *
 * The cookie holds 32 random bytes; the server keeps only their hash. The
 * account is read again for each request, and a session ends when the account
 * is gone or its password has changed since sign-in.
 *
 * @module
 */
import type { Form } from "./form_data.ts";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type { Account, Millis, Uid } from "../domain/store.ts";

const COOKIE = "retropal_session";
const IDLE_MS = 2 * 3_600_000;
const LONGEST_MS = 24 * 3_600_000;
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
  /** The token in every form of this session. */
  readonly formToken: string;
  readonly passwordHash: string;
  /** Distinguishes the sessions of one account, on its page. */
  readonly number: number;
  readonly address: string;
  /** Such as "Firefox on Windows", as far as the browser says. */
  readonly browser: string;
  /** Secret of a two-step sign-in that is being enabled. */
  newSecret: string | undefined;
  readonly since: Millis;
  lastAt: Millis;
  flash: Flash | null;
  /** A file for an import, uploaded in advance in parts. */
  upload?: string | undefined;
}

export class WebSessions {
  /** Sessions by key, oldest first. */
  readonly #sessions = new Map<string, WebSession>();

  #opened = 0;

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Opens a session, always with a new identifier: one sent by the visitor is
   * never accepted.
   */
  open(
    account: Account,
    now: Millis,
    { address, agent }: { readonly address: string; readonly agent: string },
  ): { session: WebSession; id: string } {
    const own = [...this.#sessions].filter(([, { uid }]) =>
      uid === account.uid
    );
    for (const [key] of own.slice(0, own.length - MOST_PER_ACCOUNT + 1)) {
      this.#sessions.delete(key);
    }
    if (this.#sessions.size >= MOST) {
      const oldest = this.#sessions.keys().next().value;
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    const id = Buffer.from(randomBytes(32)).toString("base64url");
    const session: WebSession = {
      key: keyOf(id),
      uid: account.uid,
      formToken: Buffer.from(randomBytes(24)).toString("base64url"),
      passwordHash: account.passwordHash,
      number: ++this.#opened,
      address,
      browser: browserName(agent),
      newSecret: undefined,
      since: now,
      lastAt: now,
      flash: null,
    };
    this.#sessions.set(session.key, session);
    return { session, id };
  }

  find(id: string, now: Millis): WebSession | undefined {
    const key = keyOf(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (now - session.lastAt > IDLE_MS || now - session.since > LONGEST_MS) {
      this.#sessions.delete(key);
      return undefined;
    }
    session.lastAt = now;
    return session;
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

  close(session: WebSession): void {
    this.#sessions.delete(session.key);
  }

  closeAll(uid: Uid, except?: WebSession): void {
    for (const [key, one] of this.#sessions) {
      if (one.uid === uid && one !== except) this.#sessions.delete(key);
    }
  }
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
