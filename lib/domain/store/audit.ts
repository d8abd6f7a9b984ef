/**
 * The audit log as the store keeps it.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";

/** An act: actor, target, time, address, and the state before and after. */
export interface AuditEntry {
  readonly at: Millis;
  /** "cli", a nickname, or "server". */
  readonly actor: string;
  readonly actorUid: Uid | null;
  readonly address: string | null;
  /** A command's name: "user ban", "room bounce". */
  readonly action: string;
  readonly target: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: Millis;
  readonly until?: Millis;
  /** Newest first; 100 when not given. */
  readonly limit?: number;
}

export interface Audit {
  /** Not durable immediately: written with the next batch (`Store.flush`). */
  add(entry: AuditEntry): void;
  list(filter?: AuditFilter): (AuditEntry & { readonly id: number })[];
}
