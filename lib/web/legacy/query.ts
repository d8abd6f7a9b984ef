/**
 * Decodes query values of an old browser, which are Windows-1252 bytes, escaped
 * or not; today's browsers send UTF-8.
 *
 * @module
 */
import { decodeText, fitsWindows1252 } from "../../protocol/windows1252.ts";
import { percentBytes } from "../form_data.ts";
import type { Context } from "../site.ts";

/**
 * Returns the possible readings of the value, the likelier first; [] when it is
 * missing.
 */
export function queryValues(c: Context, name: string): string[] {
  const query = c.req.url.split("?").slice(1).join("?").split("#")[0] ?? "";
  for (const pair of query.split("&").slice(0, 50)) {
    const [key = "", ...rest] = pair.split("=");
    if (key !== name) continue;
    const encoded = rest.join("=").slice(0, 2000).replaceAll("+", " ");
    const bytes = percentBytes(encoded);
    const old = decodeText(bytes).trim();
    const today = utf8(bytes)?.trim();
    return today === undefined || today === old || !fitsWindows1252(today)
      ? [old]
      : [today, old];
  }
  return [];
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
