/**
 * The page /chat, in which the browser client runs (web/chat).
 *
 * @module
 */
import { assetPath } from "../assets.ts";
import { html } from "../html.ts";
import { notFound, Problem } from "../problem.ts";
import type { App, Context, Site } from "../site.ts";
import { browserClient } from "./browser_client.ts";

export function chatPages(app: App, site: Site): void {
  app.get("/chat", (c) => chatPage(c, site));
  app.get("/chat/files/:hash/:name", (c) => {
    const file = browserClient()?.get(c.req.param("name"));
    if (file === undefined || file.path !== c.req.path) throw notFound();
    return c.body(file.bytes, 200, {
      "content-type": file.type,
      "cache-control": "public, max-age=31536000, immutable",
    });
  });
}

function chatPage(c: Context, site: Site): Response {
  const files = browserClient();
  if (files === undefined) {
    throw new Problem(
      503,
      "The chat page has not been built. Run `deno task chat`, and start the server again.",
    );
  }
  const path = (name: string) => files.get(name)?.path ?? "";
  const { server: { name }, auth, web } = site.config();
  for (const [header, value] of Object.entries(headersFor(c.env.origin))) {
    c.header(header, value);
  }
  return c.html(html`
    <!DOCTYPE html>
    <html lang="en" data-name="${name}"
      data-nickname="${c.get("member")?.account.nickname ?? ""}"
      data-registration="${auth.registration}"
      data-public="${web.public_url}"
      data-enters="${String(entersAtOnce(c, site))}"
      data-worklet="${path("microphone.js")}">
      <head>
        <meta charset="utf-8">
        <title>Chat – ${name}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="${assetPath("icon.svg")}" type="image/svg+xml">
        <link rel="stylesheet" href="${assetPath("style.css")}">
        <link rel="stylesheet" href="${path("chat.css")}">
        <script type="module" src="${path("chat.js")}"></script>
      </head>
      <body>
        <div id="app"></div>
        <noscript><p>The chat needs JavaScript.</p></noscript>
      </body>
    </html>
  `);
}

/**
 * Returns true for a signed-in member who follows an invitation or a link to a
 * room: the page then signs on by itself. Returns false when the member is
 * online elsewhere, because that session would end.
 */
function entersAtOnce(c: Context, site: Site): boolean {
  const member = c.get("member");
  return member !== null && c.req.query("room") !== undefined &&
    site.sessionOf(member.account.uid) === undefined;
}

/** Only this page may use the microphone, the camera and WebSockets. */
function headersFor(origin: string): Readonly<Record<string, string>> {
  // Some browsers do not include ws: in 'self'.
  const sockets = origin.replace(/^http/, "ws");
  return {
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob:",
      "worker-src 'self'",
      `connect-src 'self' ${sockets}`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "permissions-policy": "camera=(self), microphone=(self), geolocation=()",
  };
}
