/**
 * Categories.
 *
 * @module
 */
import { html } from "../html.ts";
import { panel } from "../layout.ts";
import { notFound } from "../problem.ts";
import type { App, Site } from "../site.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

export function categoryPages(app: App, site: Site): void {
  app.get("/desk/categories", (c) => {
    const rooms = site.store.rooms.list();
    return deskPage(c, site, {
      title: "Categories",
      at: "/desk/categories",
      main: html`<h1>Categories</h1>
${
        panel(
          "Categories",
          table(
            "Categories",
            [
              { head: "Code", kind: "number" },
              "Name",
              { head: "Place", kind: "number" },
              { head: "Rooms", kind: "number" },
            ],
            site.store.categories.list().map(({ code, name, position }) => ({
              cells: [
                code,
                html`<a href="/desk/categories/${code}">${name}</a>`,
                position,
                rooms.filter(({ category }) => category === code).length,
              ],
            })),
          ),
        )
      }
${
        panel(
          "A new category",
          commandForm(c, site, {
            command: "category add",
            submit: "Make the category",
            back: "/desk/categories",
          }),
        )
      }`,
    });
  });

  app.get("/desk/categories/:code{\\d+}", (c) => {
    const code = c.req.param("code");
    const category = site.store.categories.list().find((one) =>
      String(one.code) === code
    );
    if (category === undefined) throw notFound();
    return deskPage(c, site, {
      title: category.name,
      at: "/desk/categories",
      main: html`<h1>${category.name}</h1>
${
        panel(
          "Change it",
          commandForm(c, site, {
            command: "category set",
            submit: "Save",
            back: "/desk/categories",
            fixed: { category: code },
            current: {
              name: category.name,
              position: String(category.position),
            },
          }),
        )
      }
${
        panel(
          "Remove it",
          html`<p>Only a category without rooms can be removed.</p>${
            commandForm(c, site, {
              command: "category remove",
              submit: "Remove the category",
              back: "/desk/categories",
              fixed: { category: code },
              danger: true,
            })
          }`,
        )
      }`,
    });
  });
}
