import { equal } from "node:assert/strict";
import { commandLine, type Surroundings } from "./invocation.ts";

const BINARY: Surroundings = {
  standalone: true,
  execPath: "/usr/local/bin/retropal",
  main: "/x/main.ts",
  deno: "2.9.6",
  path: ["/usr/bin", "/usr/local/bin"],
  folder: "/home/ann",
  os: "linux",
};
const line = (more: Partial<Surroundings>, data?: string) =>
  commandLine("user add NICK", data, { ...BINARY, ...more });

Deno.test("commandLine() names a binary as the shell finds it", () => {
  equal(line({}), "retropal user add NICK");
  equal(
    line({ execPath: "/opt/rp/retropal" }),
    "/opt/rp/retropal user add NICK",
  );
  equal(
    line({ execPath: "/home/ann/retropal" }),
    "./retropal user add NICK",
  );
});

Deno.test("commandLine() repeats npx and deno run", () => {
  const source = { standalone: false, main: "/home/ann/src/main.ts" };
  equal(
    line({
      ...source,
      execPath: "/home/ann/.npm/_npx/1a/node_modules/.bin/deno",
      folder: "/home/ann/src",
    }),
    "npx --yes deno@2.9.6 run -A main.ts user add NICK",
  );
  equal(
    line({ ...source, execPath: "/usr/bin/deno" }),
    "deno run -A src/main.ts user add NICK",
  );
});

Deno.test("commandLine() keeps the data folder that was named", () => {
  equal(
    line({}, "/srv/my data"),
    "retropal user add NICK --data '/srv/my data'",
  );
});

Deno.test("commandLine() can be typed into a command prompt and PowerShell", () => {
  const windows = {
    os: "windows",
    path: ["C:/Windows"],
    folder: "/home/ann",
    execPath: "/home/ann/retropal.exe",
  };
  equal(
    line(windows, "C:\\rp"),
    ".\\retropal.exe user add NICK --data C:\\rp",
  );
  equal(
    line(windows, "C:\\Users\\Ann B\\rp"),
    '.\\retropal.exe user add NICK --data "C:\\Users\\Ann B\\rp"',
  );
});
