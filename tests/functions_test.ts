/**
 * The length of functions: one that cannot be seen as a whole has parts with
 * names of their own.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { dirname, join } from "node:path";

const ROOT = new URL("../", import.meta.url).pathname;

/** Lines of one function, without those of functions inside it. */
const MOST_LINES = 60;

/** Markup that is one piece. */
const MARKUP: Readonly<Record<string, number>> = {
  "lib/web/desk/sessions.ts sessionPage": 70,
  "lib/web/desk/users.ts accountForms": 70,
  "lib/web/member/page.ts memberPage": 70,
  "lib/web/member/rooms_page.ts settings": 70,
  "web/chat/views/admin.tsx AdminConsole": 90,
  "web/chat/views/room.tsx RoomView": 90,
  "web/chat/views/settings.tsx Settings": 90,
};
/** Long lists of steps, one after the other. */
const LONGER: Readonly<Record<string, number>> = {
  ...MARKUP,
  "lib/cli/serve_start.ts startOnData": 80,
  "lib/cli/setup.ts run": 80,
  "lib/cluster/core.ts constructor": 75,
  "lib/cluster/core_node.ts followFrom": 65,
  "lib/server/start_server.ts startServer": 115,
  "scripts/bench/benches/mixed.ts run": 90,
  "scripts/bench/benches/slow_readers.ts run": 70,
};

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

interface Found {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  inner: number;
}

function nameOf(node: FunctionNode): string {
  if ("id" in node && node.id) return node.id.name;
  const { parent } = node;
  if (parent.type === "VariableDeclarator" && parent.id.type === "Identifier") {
    return parent.id.name;
  }
  if (
    (parent.type === "MethodDefinition" || parent.type === "Property") &&
    "name" in parent.key
  ) return parent.key.name;
  return "function";
}

/** Returns each function of a file with the lines that are its own. */
function functionsOf(path: string, text: string): (Found & { own: number })[] {
  const found: Found[] = [];
  const open: Found[] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const enter = (node: FunctionNode) => {
    const [start, end] = node.range;
    const one = {
      name: nameOf(node),
      from: lineAt(start),
      to: lineAt(end),
      inner: 0,
    };
    // Its first and last line belong to the function around it.
    const around = open.at(-1);
    if (around !== undefined) {
      around.inner += Math.max(0, one.to - one.from - 1);
    }
    open.push(one);
    found.push(one);
  };
  const leave = () => void open.pop();
  Deno.lint.runPlugin(
    {
      name: "length",
      rules: {
        functions: {
          create: () => ({
            FunctionDeclaration: enter,
            FunctionExpression: enter,
            ArrowFunctionExpression: enter,
            "FunctionDeclaration:exit": leave,
            "FunctionExpression:exit": leave,
            "ArrowFunctionExpression:exit": leave,
          }),
        },
      },
    },
    path,
    text,
  );
  return found.map((one) => ({
    ...one,
    own: one.to - one.from + 1 - one.inner,
  }));
}

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(name) && !/_test\.tsx?$/.test(name)) yield path;
  }
}

Deno.test("functionsOf() counts the lines of each function once", () => {
  const text = `export function outer() {
  const inner = () => {
    one();
    two();
  };
  return inner;
}
`;
  deepEqual(
    functionsOf("x.ts", text).map(({ name, own }) => [name, own]),
    [["outer", 5], ["inner", 4]],
  );
});

Deno.test(`no function of the product has more than ${MOST_LINES} lines`, () => {
  const long: string[] = [];
  let count = 0;
  for (
    const path of ["lib", "db", "web", "scripts"].flatMap((folder) => [
      ...sources(folder),
    ])
  ) {
    const text = Deno.readTextFileSync(join(ROOT, path));
    for (const { name, from, own } of functionsOf(path, text)) {
      count++;
      if (
        own > (LONGER[`${path} ${name}`] ?? LONGER[dirname(path)] ?? MOST_LINES)
      ) {
        long.push(`${path}:${from} ${name}: ${own}`);
      }
    }
  }
  ok(count > 3000, `${count} functions`);
  deepEqual(long, []);
});
