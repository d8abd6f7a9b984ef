/**
 * Sign-on with this browser's web session, and the messages for a failed
 * sign-on.
 *
 * @module
 */
const TICKET_TRIES = 3;
const UNREACHABLE = "The server cannot be reached. Please try again.";

interface TicketAnswer {
  readonly ticket: string;
  readonly uid: number;
  readonly nickname: string;
}

/** Fetches a ticket for this browser's web session. */
export async function fetchTicket(): Promise<TicketAnswer> {
  for (let tries = 1;; tries++) {
    const response = await fetch("/chat/ticket", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ for: "chat" }),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (response.status === 401 || response.status === 403) {
      throw new NotSignedIn(answer.error ?? "Please sign in again.");
    }
    // A proxy answers this way while its server is restarting.
    if (response.status < 500 || tries === TICKET_TRIES) {
      throw new Error(answer.error ?? UNREACHABLE);
    }
  }
}

/** Makes a request that keeps this browser's web session from expiring. */
export function keepWebSession(): void {
  fetch("/chat/session").catch(() => {
    // The next request follows soon enough.
  });
}

/** Thrown when this browser no longer has a web session. */
export class NotSignedIn extends Error {
  override name = "SignOnRefused";
}

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === "SignOnRefused";
}

export function sentenceOf(error: unknown): string {
  if (isRefusal(error)) return (error as Error).message;
  if (error instanceof Error && error.name === "WebSocketClosed") {
    return UNREACHABLE;
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Returns the base URL of this page's WebSockets, such as
 * "wss://chat.example.org".
 */
export function socketBase(): string {
  return location.origin.replace(/^http/, "ws");
}
