/**
 * The security headers of every answer: no external content, no inline scripts,
 * no framing by other sites.
 *
 * @module
 */
import type { Visitor } from "./site.ts";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

export function secured(
  response: Response,
  { https }: Visitor,
  hstsSeconds: number,
): Response {
  const { headers } = response;
  // A page that needs more, such as a microphone, has set its own headers.
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (https && hstsSeconds > 0) {
    headers.set("strict-transport-security", `max-age=${hstsSeconds}`);
  }
  return response;
}
