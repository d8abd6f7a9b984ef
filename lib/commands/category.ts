/**
 * The categories under which the client lists rooms.
 *
 * @module
 */
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { audit, command, done, refused } from "./command.ts";
import { argument, numberOption, option, UsageError } from "./field.ts";
import { findCategory } from "./find.ts";
import { columns } from "./table_text.ts";

/** Size of the client's table of categories. */
const MOST = 128;
/**
 * Code 6 means `insta=`, which removes the buttons of that category's rooms.
 */
const FORBIDDEN = 6;

function requireName(name: string): void {
  if (
    !fitsWindows1252(name) || /[\p{Cc}=\u00c8]/u.test(name) ||
    name.trim() === "" || encodeText(name).length > 100
  ) {
    throw refused(
      'A category\'s name has 1 to 100 Western European characters, without "=" and "\u00c8".',
    );
  }
}

export const categoryAdd = command({
  path: ["category", "add"],
  summary: "Make a category",
  examples: ['retropal category add 30100 "Our Village"'],
  fields: {
    code: argument("CODE", "Number of the category, 1 to 65535."),
    name: argument("NAME", "Name in the client."),
    position: numberOption("N", "Position in the list; default: last.", {
      min: 0,
      max: 1_000_000,
    }),
  },
  startsData: true,
  role: "admin",
  run(context, input) {
    const { store } = context;
    const code = Number(input.code);
    if (!/^\d{1,5}$/.test(input.code) || code < 1 || code > 65535) {
      throw new UsageError(
        `CODE is a number from 1 to 65535, not "${input.code}".`,
      );
    }
    if (code === FORBIDDEN) {
      throw refused(
        "The old client disables the buttons of category 6: choose another " +
          "number.",
      );
    }
    requireName(input.name);
    const all = store.categories.list();
    const same = all.find((one) =>
      one.code === code || one.name.toLowerCase() === input.name.toLowerCase()
    );
    if (same) {
      throw refused(`There is a category ${same.code} "${same.name}" already.`);
    }
    if (all.length >= MOST) {
      throw refused(`The old client supports at most ${MOST} categories.`);
    }
    store.transaction(() => {
      store.categories.set({
        code,
        name: input.name,
        ...(input.position !== undefined && { position: input.position }),
      });
      audit(context, {
        action: "category add",
        target: String(code),
        after: input.name,
      });
    });
    context.live?.categoriesChanged();
    return done(findCategory(store, String(code)), String(code));
  },
});

export const categoryList = command({
  path: ["category", "list"],
  summary: "List the categories",
  examples: ["retropal category list", "retropal category list --json"],
  fields: {},
  role: "moderator",
  run({ store }) {
    const rooms = store.rooms.list();
    const all = store.categories.list().map((one) => ({
      ...one,
      rooms: rooms.filter((room) => room.category === one.code).length,
    }));
    return done(
      all,
      ...columns(
        ["CODE", "NAME", "ROOMS"],
        all.map((one) => [String(one.code), one.name, String(one.rooms)]),
      ),
    );
  },
});

export const categorySet = command({
  path: ["category", "set"],
  summary: "Rename a category or move it in the list",
  examples: ['retropal category set 30018 --name "Grown-ups" --position 1'],
  fields: {
    category: argument("CODE", "Code or name of the category."),
    name: option("NAME", "A new name."),
    position: numberOption("N", "New position in the list.", {
      min: 0,
      max: 1_000_000,
    }),
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const before = findCategory(store, input.category);
    if (input.name === undefined && input.position === undefined) {
      throw new UsageError("Nothing to change: add --name or --position.");
    }
    if (input.name !== undefined) requireName(input.name);
    const after = {
      code: before.code,
      name: input.name ?? before.name,
      position: input.position ?? before.position,
    };
    store.transaction(() => {
      store.categories.set(after);
      audit(context, {
        action: "category set",
        target: String(before.code),
        before,
        after,
      });
    });
    context.live?.categoriesChanged();
    return done(after, `${after.name} is changed.`);
  },
});

export const categoryRemove = command({
  path: ["category", "remove"],
  summary: "Remove a category that has no rooms",
  examples: ["retropal category remove 30100"],
  fields: { category: argument("CODE", "Code or name of the category.") },
  role: "admin",
  run(context, input) {
    const { store, live } = context;
    const category = findCategory(store, input.category);
    // Without its category a temporary room would not be listed any more
    // either.
    const temporary = live?.rooms().filter((room) => !room.permanent) ?? [];
    const rooms = [...store.rooms.list(), ...temporary]
      .filter((room) => room.category === category.code);
    if (rooms.length > 0) {
      throw refused(
        `${category.name} still has rooms (${
          rooms.map((room) => room.name).join(", ")
        }): move, remove or close them first.`,
      );
    }
    store.transaction(() => {
      store.categories.remove(category.code);
      audit(context, {
        action: "category remove",
        target: String(category.code),
        before: category,
      });
    });
    context.live?.categoriesChanged();
    return done({ code: category.code }, `${category.name} is removed.`);
  },
});
