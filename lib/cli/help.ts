/**
 * Help texts, generated from the table of commands.
 *
 * @module
 */
import { fieldName } from "../commands/read_input.ts";
import { VERSION } from "../version.ts";
import type { Described } from "./local.ts";
import { nextWords } from "./parse.ts";

const WIDTH = 79;

export const EXIT_CODES =
  "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not found, " +
  "4 no server running.";

/** Summary of each group of commands. */
const GROUPS: Readonly<Record<string, string>> = {
  user: "Accounts",
  room: "Permanent rooms",
  category: "The categories under which rooms are listed",
  ban: "Bans of accounts, addresses and networks",
  config: "Settings",
  client: "Files that make a client use this server",
  log: "The running server's traffic",
  invite: "Invite codes and links",
  tls: "HTTPS of the pages",
  cluster: "Cores and gateways on several machines",
};

/** Returns the help for a command or group; null when there is none. */
export function help(
  path: readonly string[],
  commands: readonly Described[],
): string | null {
  const command = commands.find((one) => one.path.join(" ") === path.join(" "));
  if (command) return commandHelp(command);
  if (nextWords(path, commands).length === 0) return null;
  return path.length === 0 ? overview(commands) : groupHelp(path, commands);
}

function overview(commands: readonly Described[]): string {
  const entries = nextWords([], commands).map((word): [string, string] => {
    const own = commands.find((one) => one.path.join(" ") === word);
    return own
      ? [word, own.summary]
      : [`${word} …`, GROUPS[word] ?? nextWords([word], commands).join(", ")];
  });
  return [
    `retropal ${VERSION}: a server for the Paltalk client of 2002`,
    "",
    "Usage: retropal COMMAND [options]",
    "",
    ...list(entries),
    "",
    ...list(GLOBAL),
    "",
    "Examples:",
    "  retropal serve",
    "  retropal user add Ann",
    "  retropal user --help",
    "",
    ...wrap(EXIT_CODES),
  ].join("\n");
}

function groupHelp(
  path: readonly string[],
  commands: readonly Described[],
): string {
  const word = path.join(" ");
  const members = commands.filter((one) =>
    !one.hidden && one.path.slice(0, path.length).join(" ") === word
  );
  return [
    GROUPS[word] ?? word,
    "",
    `Usage: retropal ${word} COMMAND [options]`,
    "",
    ...list(
      members.map((one): [string, string] => [
        one.path.slice(path.length).join(" "),
        one.summary,
      ]),
    ),
    "",
    "Examples:",
    ...members.flatMap((one) => one.examples.slice(0, 1))
      .slice(0, 3).map((example) => `  ${example}`),
    "",
    ...wrap(`\`retropal ${word} COMMAND --help\` explains each one.`),
  ].join("\n");
}

const GLOBAL: readonly [string, string][] = [
  ["--data DIR", "The data folder; default: RETROPAL_DATA or ./retropal-data."],
  ["--json", "Print the result as JSON."],
  ["--help", "Print this help."],
];

function commandHelp(command: Described): string {
  const fields = Object.entries(command.fields);
  const words = fields.filter(([, field]) => field.place === "argument");
  const options = fields.filter(([, field]) => field.place === "option")
    .map(([key, field]): [string, string] => [
      `${fieldName(key, field)} ${field.metavar}`.trim(),
      field.about,
    ]);
  if (command.secret) {
    options.push([
      "--password-stdin",
      "Read the password from standard input instead of asking for it.",
    ]);
  }
  return [
    `${command.summary}.`,
    "",
    `Usage: ${usage(command)}`,
    ...(command.details ? ["", ...wrap(command.details)] : []),
    ...(words.length > 0
      ? ["", ...list(words.map(([, field]) => [field.metavar, field.about]))]
      : []),
    "",
    ...list([...options, ...GLOBAL]),
    "",
    command.examples.length > 1 ? "Examples:" : "Example:",
    ...command.examples.map((example) => `  ${example}`),
    "",
    ...wrap(EXIT_CODES),
  ].join("\n");
}

/** Returns a usage line such as "retropal user add NICK [options]". */
export function usage(command: Described): string {
  const words = Object.values(command.fields)
    .filter((field) => field.place === "argument")
    .map((field) => {
      const name = field.rest ? `${field.metavar}...` : field.metavar;
      return field.required ? name : `[${name}]`;
    });
  return ["retropal", ...command.path, ...words, "[options]"].join(" ");
}

function list(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(
    26,
    Math.max(...entries.map(([term]) => term.length)),
  );
  return entries.flatMap(([term, about]) => {
    const [first = "", ...more] = wrap(about, WIDTH - width - 4);
    const indent = " ".repeat(width + 4);
    const head = term.length > width
      ? [`  ${term}`, indent + first]
      : [`  ${term.padEnd(width)}  ${first}`];
    return [...head, ...more.map((line) => indent + line)];
  });
}

function wrap(text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
