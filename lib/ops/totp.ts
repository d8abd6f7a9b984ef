/**
 * Time-based one-time codes (RFC 6238) as authenticator apps show them.
 *
 * @module
 */
import { Secret, TOTP } from "otpauth";
import qrcode from "qrcode-generator";

const PERIOD_MS = 30_000;
/** Steps of 30 seconds by which the clock of a phone may be wrong. */
const WINDOW = 1;

export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** Returns the address that an app reads from the QR code. */
export function keyUri(
  secret: string,
  server: string,
  nickname: string,
): string {
  return codes(secret, server, nickname).toString();
}

function codes(secret: string, issuer: string, label: string): TOTP {
  return new TOTP({ secret: Secret.fromBase32(secret), issuer, label });
}

/**
 * Returns the number of the 30-second step that `code` belongs to, or null for
 * a wrong code. Each number is valid once: the caller compares it with the last
 * one.
 */
export function stepOf(
  secret: string,
  code: string,
  now: number,
): number | null {
  const token = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const delta = codes(secret, "", "")
    .validate({ token, timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / PERIOD_MS) + delta;
}

/** Returns the current code, for tests and tools. */
export function codeAt(secret: string, now: number): string {
  return codes(secret, "", "").generate({ timestamp: now });
}

/** Returns a QR code as an SVG picture, dark on white with its quiet zone. */
export function qrSvg(text: string): string {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (code.isDark(row, column)) path += `M${column + 4} ${row + 4}h1v1h-1z`;
    }
  }
  const whole = size + 8;
  return `<svg class="qr" role="img" aria-label="QR code" ` +
    `width="240" height="240" viewBox="0 0 ${whole} ${whole}" ` +
    `xmlns="http://www.w3.org/2000/svg" shape-rendering="crispEdges">` +
    `<rect width="${whole}" height="${whole}" fill="#fff"/>` +
    `<path d="${path}" fill="#000"/></svg>`;
}
