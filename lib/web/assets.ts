/**
 * Style sheets, scripts and pictures of the pages, embedded in the program so
 * that the compiled binary needs no files. The content's hash is part of the
 * address, so browsers may cache them permanently.
 *
 * @module
 */
import { createHash } from "node:crypto";
import DESK_STYLE from "../../web/assets/desk.css" with { type: "text" };
import BACKUP_SCRIPT from "../../web/assets/backup.js" with { type: "text" };
import FORMS_STYLE from "../../web/assets/forms.css" with { type: "text" };
import FRONT_STYLE from "../../web/assets/front.css" with { type: "text" };
import ICON from "../../web/assets/icon.svg" with { type: "text" };
import LIVE_SCRIPT from "../../web/assets/live.js" with { type: "text" };
import PACKETS_SCRIPT from "../../web/assets/packets.js" with { type: "text" };
import REGISTER_SCRIPT from "../../web/assets/register.js" with {
  type: "text",
};
import STYLE from "../../web/assets/style.css" with { type: "text" };
import TABLES_SCRIPT from "../../web/assets/tables.js" with { type: "text" };
import UPLOAD_SCRIPT from "../../web/assets/upload.js" with { type: "text" };
import { notFound } from "./problem.ts";
import type { App } from "./site.ts";

interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly path: string;
}

const SCRIPT = "text/javascript; charset=utf-8";

const ASSETS: ReadonlyMap<string, Asset> = new Map(
  [
    [
      "style.css",
      "text/css; charset=utf-8",
      [STYLE, FORMS_STYLE, FRONT_STYLE, DESK_STYLE].join("\n"),
    ],
    ["icon.svg", "image/svg+xml", ICON],
    ["backup.js", SCRIPT, BACKUP_SCRIPT],
    ["live.js", SCRIPT, LIVE_SCRIPT],
    ["packets.js", SCRIPT, PACKETS_SCRIPT],
    ["register.js", SCRIPT, REGISTER_SCRIPT],
    ["tables.js", SCRIPT, TABLES_SCRIPT],
    ["upload.js", SCRIPT, UPLOAD_SCRIPT],
  ].map(([name = "", type = "", text = ""]) => {
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
    const bytes = new TextEncoder().encode(text);
    return [name, { type, bytes, path: `/assets/${hash}/${name}` }];
  }),
);

/** Returns the path of an asset. Throws for an unknown name. */
export function assetPath(name: string): string {
  const asset = ASSETS.get(name);
  if (asset === undefined) throw new RangeError(`no asset ${name}`);
  return asset.path;
}

export function assetPages(app: App): void {
  app.get("/assets/:hash/:name", (c) => {
    const asset = ASSETS.get(c.req.param("name"));
    if (asset === undefined || asset.path !== c.req.path) throw notFound();
    return c.body(asset.bytes, 200, {
      "content-type": asset.type,
      "cache-control": "public, max-age=31536000, immutable",
    });
  });
  app.get("/favicon.ico", (c) => c.redirect(assetPath("icon.svg"), 302));
  app.get(
    "/robots.txt",
    (c) => c.text("User-agent: *\nDisallow: /desk\nDisallow: /member\n"),
  );
}
