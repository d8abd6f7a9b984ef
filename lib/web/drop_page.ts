/**
 * The page from which the receiver downloads a file that waits on the server
 * (docs/hosting.md, "Files between users").
 *
 * @module
 */
import { html } from "./html.ts";
import { legacyPage } from "./legacy/page.ts";
import { Problem } from "./problem.ts";
import type { App, Site } from "./site.ts";

const GONE = "This file is not here: it was fetched, or its time is over.";

export function dropPages(app: App, site: Site): void {
  const { drops } = site;
  if (drops === null) return;
  const find = (id: string) => {
    const file = drops.find(id);
    if (file === undefined) throw new Problem(404, GONE);
    return file;
  };

  app.get("/drop/:id", (c) => {
    const file = find(c.req.param("id"));
    return legacyPage(c, site, {
      title: "A file for you",
      body:
        html`<p><b>${file.sender}</b> sends you <b>${file.name}</b>, ${file.size} bytes.</p>
<p>Nobody has checked this file, and it may harm your computer. Take it only if you
know the sender and expect it. It can be fetched once.</p>
<form method="post" action="/drop/${file.id}">
<input type="submit" value="Download it"></form>`,
    });
  });

  app.post("/drop/:id", async (c) => {
    const file = find(c.req.param("id"));
    // Lent before it is opened: of requests at the same time one gets it.
    const end = drops.lend(file);
    let opened: Deno.FsFile;
    try {
      opened = await Deno.open(drops.path(file));
    } catch (error) {
      end(false);
      throw error;
    }
    return c.body(lent(opened, end), 200, {
      "content-type": "application/octet-stream",
      "content-length": String(file.size),
      "content-disposition": `attachment; filename="${
        file.name.replaceAll(/[^\x20-\x7e]|["\\]/g, "_")
      }"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    });
  });
}

const CHUNK_BYTES = 65_536;

/**
 * Streams the bytes of a file; `end` is told whether the reader received all.
 */
function lent(
  file: Deno.FsFile,
  end: (whole: boolean) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const over = (whole: boolean) => {
    // Closed first, because Windows cannot remove an open file.
    file.close();
    end(whole);
  };
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(CHUNK_BYTES);
      try {
        const count = await file.read(buffer);
        if (count !== null) {
          return controller.enqueue(buffer.subarray(0, count));
        }
      } catch (error) {
        over(false);
        return controller.error(error);
      }
      over(true);
      controller.close();
    },
    cancel: () => over(false),
  }, { highWaterMark: 0 });
}
