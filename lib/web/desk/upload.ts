/**
 * Files for imports that are larger than one form: the page's script uploads
 * them in parts, which are kept in the session until the form is sent.
 *
 * @module
 */
import { readForm } from "../form.ts";
import { Problem } from "../problem.ts";
import type { App, Site } from "../site.ts";
import { requireStaff } from "./access.ts";

const MOST_CHARACTERS = 4 * 1024 * 1024;

/** The hidden field that says that this field's text was uploaded before. */
export const UPLOADED = "uploaded.";

export function uploadPages(app: App, site: Site): void {
  app.post("/desk/upload", async (c) => {
    const { session } = requireStaff(c, "moderator");
    const form = await readForm(c, site);
    const before = form.has("first") ? "" : session.upload ?? "";
    const text = before + form.raw("part");
    if (text.length > MOST_CHARACTERS) {
      session.upload = undefined;
      throw new Problem(413, "This is too long: use the command line.");
    }
    session.upload = text;
    return c.body(null, 204);
  });
}
