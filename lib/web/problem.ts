/**
 * An error that ends a request early, with a status and a sentence for the
 * user.
 *
 * @module
 */

export type ProblemStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 413
  | 415
  | 422
  | 429
  | 503;

export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly status: ProblemStatus,
    message: string,
    /** Seconds after which another attempt makes sense. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

export function notFound(): Problem {
  return new Problem(404, "There is no such page here.");
}
