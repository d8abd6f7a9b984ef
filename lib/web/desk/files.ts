/**
 * Files that wait on the server for their receivers.
 *
 * @module
 */
import { html } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Site } from "../site.ts";
import { time } from "../text.ts";
import { deskPage, table } from "./layout.ts";

export function filePages(app: App, site: Site): void {
  app.get("/desk/files", (c) => {
    const { files } = site.config();
    const waiting = site.drops?.list() ?? [];
    const nickname = (uid: number) =>
      site.store.accounts.get(uid)?.nickname ?? String(uid);
    return deskPage(c, site, {
      title: "Files",
      at: "/desk/files",
      main: html`
        <h1>Files</h1>
        <p
          class="quiet">The server ${files.drop
            ? "keeps"
            : "does not keep"} files for users behind two routers (<code>files.drop</code>) and ${files
              .relay
            ? "carries"
            : "does not carry"} files to receivers that only it can reach (<code>files.relay</code>).
        Nothing is scanned.</p>
        ${panel(
          "Waiting for their receivers",
          table(
            "Files",
            ["From", "To", "Name", { head: "Bytes", kind: "bytes" }, "Until"],
            waiting.map((one) => ({
              cells: [
                one.sender,
                nickname(one.to),
                one.name,
                one.size,
                time(one.expiresAt),
              ],
            })),
            "None.",
          ),
        )}
      `,
    });
  });
}
