/**
 * `POST /chat/ticket`: a one-time ticket for a WebSocket, for a member who has
 * signed in on the pages.
 *
 * The body is JSON (default `{"for": "chat"}`), so no form of another site can
 * send it. Tickets for voice and video belong to the member's current chat
 * session.
 *
 * @module
 */
import {
  SOCKET_PURPOSES,
  type SocketPurpose,
  TICKET_SECONDS,
} from "../sockets/tickets.ts";
import type { App, Context, Site } from "../site.ts";

const MOST_BODY = 200;

export function chatTicketPages(app: App, site: Site): void {
  // The chat page asks now and then, so that the web session of a user who
  // chats for hours can sign on again after a restart.
  app.get(
    "/chat/session",
    (c) =>
      c.get("member") === null
        ? c.json({ error: "Please sign in first." }, 401)
        : c.body(null, 204),
  );

  app.post("/chat/ticket", async (c) => {
    if (c.req.header("origin") !== c.env.origin) {
      return c.json({ error: "Not from a page of this server." }, 403);
    }
    const member = c.get("member");
    if (member === null) {
      return c.json({ error: "Please sign in first." }, 401);
    }
    const purpose = await purposeOf(c);
    if (purpose === undefined) {
      return c.json({ error: 'Say {"for": "chat"}, "voice" or "video".' }, 400);
    }
    const { uid, nickname, passwordHash } = member.account;
    const session = purpose === "chat" ? 0 : site.sessionOf(uid);
    if (session === undefined) {
      return c.json({ error: "You are not signed on to the chat." }, 409);
    }
    const ticket = { purpose, uid, session, passwordHash };
    return c.json({
      ticket: site.tickets.issue(ticket, site.clock()),
      uid,
      nickname,
      seconds: TICKET_SECONDS,
    });
  });
}

async function purposeOf(c: Context): Promise<SocketPurpose | undefined> {
  const text = await c.req.text();
  if (text === "") return "chat";
  if (
    text.length > MOST_BODY ||
    !/^application\/json\b/i.test(c.req.header("content-type") ?? "")
  ) return undefined;
  let wanted: unknown;
  try {
    wanted = Object(JSON.parse(text))["for"] ?? "chat";
  } catch {
    return undefined;
  }
  return SOCKET_PURPOSES.find((one) => one === wanted);
}
