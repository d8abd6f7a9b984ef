/**
 * The words of the command line: what can be given in each place.
 *
 * @module
 */
import type { Field } from "../../commands/field.ts";
import { optionName } from "../../commands/read_input.ts";
import { SETTINGS } from "../../config/config.ts";
import { SECTIONS } from "../../config/schema.ts";
import type { Described } from "../local.ts";
import { nextWords } from "../parse.ts";

/** The words that can follow one path. */
export interface Place {
  readonly path: readonly string[];
  readonly next: readonly string[];
  readonly command: Described | undefined;
}

export function places(commands: readonly Described[]): Place[] {
  const paths = new Map<string, readonly string[]>([["", []]]);
  for (const { path, hidden } of commands) {
    if (hidden) continue;
    for (let i = 1; i <= path.length; i++) {
      paths.set(path.slice(0, i).join(" "), path.slice(0, i));
    }
  }
  return [...paths.values()].map((path) => ({
    path,
    next: nextWords(path, commands),
    command: commands.find((one) => one.path.join(" ") === path.join(" ")),
  }));
}

export interface Option {
  readonly name: string;
  readonly about: string;
  readonly field?: Field;
}

const GLOBAL: readonly Option[] = [
  { name: "--data", about: "The data folder." },
  { name: "--json", about: "Print the result as JSON." },
  { name: "--help", about: "Print help." },
];

export function optionsOf(command: Described | undefined): Option[] {
  const own = Object.entries(command?.fields ?? {})
    .filter(([, field]) => field.place === "option")
    .map(([key, field]) => ({
      name: optionName(key),
      about: field.about,
      field,
    }));
  const secret = command?.secret
    ? [{
      name: "--password-stdin",
      about: "Read the password from standard input.",
    }]
    : [];
  return [...own, ...secret, ...GLOBAL];
}

/** The words that are valid in a place, or the kind of name. */
export type Offer = readonly string[] | "file" | "directory" | null;

export function offerOf(field: Field | undefined): Offer {
  if (field?.choices) return field.choices;
  switch (field?.completes) {
    case "setting":
      return [...SETTINGS.keys()];
    case "section":
      return [...Object.keys(SECTIONS), ...SETTINGS.keys()];
    case undefined:
      return null;
    default:
      return field?.completes ?? null;
  }
}

/**
 * Yields the words that can be given in each place: ["config set", "0"] or
 * ["serve", "--bind"].
 */
export function* offers(
  commands: readonly Described[],
): Generator<[path: string, place: string, Offer]> {
  for (const { path, command } of places(commands)) {
    const at = path.join(" ");
    const args = Object.values(command?.fields ?? {})
      .filter((field) => field.place === "argument");
    for (const [i, field] of args.entries()) {
      const offer = offerOf(field);
      if (offer !== null) yield [at, String(i), offer];
    }
    for (const { name, field } of optionsOf(command)) {
      if (name === "--data") yield [at, name, "directory"];
      else if (field && field.kind !== "flag") {
        yield [at, name, offerOf(field)];
      }
    }
  }
}

/** Returns the options with a value, of all commands. */
export function withValue(commands: readonly Described[]): string[] {
  const names = [...offers(commands)].map(([, place]) => place)
    .filter((place) => place.startsWith("--"));
  return [...new Set(names)].sort();
}

/** Returns the paths of commands and groups, which are matched exactly. */
export function paths(commands: readonly Described[]): string[] {
  return places(commands).map(({ path }) => path.join(" ")).filter((path) =>
    path !== ""
  );
}
