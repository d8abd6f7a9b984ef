/**
 * `retropal man`: the manual page, generated from the table of commands.
 *
 * @module
 */
import { document } from "../commands/command.ts";
import { fieldName } from "../commands/read_input.ts";
import { VERSION } from "../version.ts";
import { usage } from "./help.ts";
import { type Described, localCommand } from "./local.ts";

/** Escapes text for roff, so that no line is taken for a request. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}

export function manPage(commands: readonly Described[]): string {
  const shown = commands.filter((one) => !one.hidden);
  return [
    `.TH RETROPAL 1 "" "retropal ${VERSION}" "User Commands"`,
    ".SH NAME",
    "retropal \\- a server for the Paltalk client of 2002",
    ".SH SYNOPSIS",
    ".B retropal",
    "COMMAND [options]",
    ".SH DESCRIPTION",
    roff(
      "A self-hosted server for the real, unchanged Paltalk 5.0 client: pals " +
        "and messages, rooms with text and voice. All data is in one folder. " +
        "Commands work while the server is running, and take effect " +
        "immediately, and also while it is stopped.",
    ),
    ".SH COMMANDS",
    ...shown.flatMap(section),
    ".SH OPTIONS OF EVERY COMMAND",
    ...item(
      "--data DIR",
      "The data folder; default: RETROPAL_DATA or ./retropal-data.",
    ),
    ...item("--json", "Print the result as JSON."),
    ...item("--help", "Print help for a command."),
    ".SH EXIT STATUS",
    ...item("0", "Done."),
    ...item("1", "Refused or failed; the reason is on standard error."),
    ...item("2", "Wrong usage."),
    ...item("3", "Not found."),
    ...item("4", "The command needs a running server, and there is none."),
    ...item("70", "An internal error."),
    ...item("130", "Interrupted at a question; nothing was changed."),
    ".SH FILES",
    ...item("retropal.db", "Accounts, rooms, messages: the database."),
    ...item("retropal.toml", "The settings, with a comment for each."),
    ...item(
      "control.sock",
      "Socket of the running server, accessible only to its owner.",
    ),
    ...item("logs/, backups/", "The log and copies of the database."),
    ".SH ENVIRONMENT",
    ...item("RETROPAL_DATA", "The data folder."),
    ...item(
      "RETROPAL_SECTION_KEY",
      "Any setting, for example RETROPAL_LIMITS_PACKETS_PER_SECOND.",
    ),
    "",
  ].join("\n");
}

function item(term: string, about: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(about)];
}

function section(command: Described): string[] {
  const fields = Object.entries(command.fields);
  return [
    `.SS ${roff(usage(command))}`,
    roff(`${command.summary}.${command.details ? ` ${command.details}` : ""}`),
    ...fields.flatMap(([key, field]) =>
      item(
        field.place === "option"
          ? `${fieldName(key, field)} ${field.metavar}`.trim()
          : field.metavar,
        field.about,
      )
    ),
    ...(command.secret
      ? item("--password-stdin", "Read the password from standard input.")
      : []),
    ".PP",
    command.examples.length > 1 ? "Examples:" : "Example:",
    ".PP",
    ".nf",
    ".RS",
    ...command.examples.map(roff),
    ".RE",
    ".fi",
  ];
}

export function manCommand(all: () => readonly Described[]) {
  return localCommand({
    path: ["man"],
    summary: "Print the manual page",
    examples: [
      "mkdir -p ~/.local/share/man/man1 && " +
      "retropal man > ~/.local/share/man/man1/retropal.1",
    ],
    fields: {},
    run() {
      const text = manPage(all());
      return document({ text }, text);
    },
  });
}
