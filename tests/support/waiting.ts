/**
 * An account that waits for approval.
 *
 * @module
 */
import type { Application } from "../../lib/domain/moderation.ts";
import type { Uid } from "../../lib/domain/store.ts";

export function waiting(uid: Uid): Application {
  return {
    uid,
    at: 0,
    host: "192.0.2.1",
    message: "",
    rejectedAt: null,
    rejectedBy: "",
    reason: "",
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}
