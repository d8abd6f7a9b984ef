/**
 * The bundled browser client: embedded in the compiled program, or built by
 * scripts/browser_client.ts.
 *
 * @module
 */
import { createHash } from "node:crypto";

export interface BrowserFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Contains a hash of the content, so that browsers may cache it. */
  readonly path: string;
}

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

/** In the compiled program, defined before its code. */
declare global {
  var retropalChat: { readonly files: Record<string, string> } | undefined;
}

let loaded: ReadonlyMap<string, BrowserFile> | undefined;

/**
 * Returns the files by name; undefined when the client has not been bundled.
 */
export function browserClient(): ReadonlyMap<string, BrowserFile> | undefined {
  loaded ??= load();
  return loaded;
}

function load(): ReadonlyMap<string, BrowserFile> | undefined {
  const files = globalThis.retropalChat?.files ?? readFiles();
  if (files === undefined) return undefined;
  return new Map(
    Object.entries(files).map(([name, text]) => {
      const bytes = new TextEncoder().encode(text);
      const hash = createHash("sha256").update(bytes).digest("hex");
      const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "";
      const path = `/chat/files/${hash.slice(0, 12)}/${name}`;
      return [name, { type, bytes, path }];
    }),
  );
}

function readFiles(): Record<string, string> | undefined {
  const file = new URL("../../../dist/chat/assets.json", import.meta.url);
  try {
    return JSON.parse(Deno.readTextFileSync(file)).files;
  } catch {
    return undefined;
  }
}
