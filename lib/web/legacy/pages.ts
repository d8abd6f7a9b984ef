/**
 * Registers the old client's addresses, whatever the Host header says.
 *
 * @module
 */
import { locationLine } from "../../domain/client_files.ts";
import { addressFor } from "../own_address.ts";
import type { App, Site } from "../site.ts";
import { bannerPages } from "./banner.ts";
import { helpPages } from "./other_pages.ts";
import { LOCATION_PATHS } from "./paths.ts";
import { peoplePages } from "./people.ts";
import { profilePages } from "./profile.ts";
import { serverPages } from "./server_pages.ts";
import { signUpPages } from "./sign_up.ts";

export function legacyPages(app: App, site: Site): void {
  // Must be exactly this line and nothing after it, because the client parses
  // it itself (docs/protocol.md, "Finding the server").
  for (const path of LOCATION_PATHS) {
    app.get(path, (c) => {
      const { host, port } = addressFor(c, site);
      return c.body(locationLine(host, port), 200, {
        "content-type": "text/plain",
      });
    });
  }
  signUpPages(app, site);
  peoplePages(app, site);
  profilePages(app, site);
  serverPages(app, site);
  bannerPages(app, site);
  helpPages(app, site);
}
