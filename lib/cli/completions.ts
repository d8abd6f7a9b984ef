/**
 * `retropal completions SHELL`: scripts generated from the table of commands.
 *
 * @module
 */
import { document } from "../commands/command.ts";
import { type Field } from "../commands/field.ts";
import { optionName } from "../commands/read_input.ts";
import { argument, UsageError } from "../commands/field.ts";
import { type Described, type Local, localCommand } from "./local.ts";
import { SETTINGS } from "../config/config.ts";
import { SECTIONS } from "../config/schema.ts";
import { nextWords } from "./parse.ts";

/** The words that can follow one path. */
interface Place {
  readonly path: readonly string[];
  readonly next: readonly string[];
  readonly command: Described | undefined;
}

function places(commands: readonly Described[]): Place[] {
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

interface Option {
  readonly name: string;
  readonly about: string;
  readonly field?: Field;
}

const GLOBAL: readonly Option[] = [
  { name: "--data", about: "The data folder." },
  { name: "--json", about: "Answer in JSON." },
  { name: "--help", about: "Show how it is used." },
];

function optionsOf(command: Described | undefined): Option[] {
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
type Offer = readonly string[] | "file" | "directory" | null;

function offerOf(field: Field | undefined): Offer {
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
function* offers(
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
function withValue(commands: readonly Described[]): string[] {
  const names = [...offers(commands)].map(([, place]) => place)
    .filter((place) => place.startsWith("--"));
  return [...new Set(names)].sort();
}

/** Returns the paths of commands and groups, which are matched exactly. */
function paths(commands: readonly Described[]): string[] {
  return places(commands).map(({ path }) => path.join(" ")).filter((path) =>
    path !== ""
  );
}

export function bashCompletions(commands: readonly Described[]): string {
  const lines = [...offers(commands)].map(([path, place, offer]) => {
    const act = offer === "file"
      ? 'COMPREPLY=($(compgen -f -- "$current"))'
      : offer === "directory"
      ? 'COMPREPLY=($(compgen -d -- "$current"))'
      : offer === null
      ? "COMPREPLY=()"
      : `COMPREPLY=($(compgen -W "${offer.join(" ")}" -- "$current"))`;
    return `    "${path} ${place}") ${act}; return ;;`;
  });
  const words = places(commands).map(({ path, next, command }) =>
    `    "${path.join(" ")}") words="${
      [...next, ...optionsOf(command).map((one) => one.name)].join(" ")
    }" ;;`
  );
  return `# bash completion for retropal; put it into
# ~/.local/share/bash-completion/completions/retropal
_retropal() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words="" place=0 value=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ -n "$value" ]; then value=""; continue; fi
    case "$word" in
      ${withValue(commands).join("|")}) value="$word"; continue ;;
      -*) continue ;;
    esac
    case "\${path:+$path }$word" in
      ${
    paths(commands).map((path) => `"${path}"`).join("|")
  }) path="\${path:+$path }$word" ;;
      *) place=$((place + 1)) ;;
    esac
  done
  case "$current" in
    -*) ;;
    *) case "$path \${value:-$place}" in
${lines.join("\n")}
    esac ;;
  esac
  if [ -n "$value" ]; then return; fi
  case "$path" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _retropal retropal
`;
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'`;
}

export function zshCompletions(commands: readonly Described[]): string {
  const described = (word: string, about: string | undefined) =>
    about === undefined
      ? zshQuote(word)
      : `${zshQuote(word).slice(0, -1)}:${zshQuote(about).slice(1)}`;
  const lists = places(commands).map(({ path, next, command }) => {
    const words = next.map((word) =>
      described(
        word,
        commands.find((one) => one.path.join(" ") === [...path, word].join(" "))
          ?.summary,
      )
    );
    const options = optionsOf(command).map(({ name, about }) =>
      described(name, about)
    );
    return `    "${path.join(" ")}") list=(${
      [...words, ...options].join(" ")
    }) ;;`;
  });
  const lines = [...offers(commands)].map(([path, place, offer]) => {
    const act = offer === "file"
      ? "_files"
      : offer === "directory"
      ? "_files -/"
      : offer === null
      ? ":"
      : `compadd -- ${offer.join(" ")}`;
    return `    "${path} ${place}") ${act}; return ;;`;
  });
  return `#compdef retropal
# zsh completion for retropal; put it as _retropal into a folder of $fpath
_retropal() {
  local path_="" word value="" place=0
  local -a list
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n "$value" ]]; then value=""; continue; fi
    case "$word" in
      (${withValue(commands).join("|")}) value="$word"; continue ;;
      (-*) continue ;;
    esac
    case "\${path_:+$path_ }$word" in
      (${
    paths(commands).map((path) => `"${path}"`).join("|")
  }) path_="\${path_:+$path_ }$word" ;;
      (*) place=$((place + 1)) ;;
    esac
  done
  if [[ "\${words[CURRENT]}" != -* ]]; then
    case "$path_ \${value:-$place}" in
${lines.map((line) => line.replace('    "', '    ("')).join("\n")}
    esac
  fi
  [[ -n "$value" ]] && return
  case "$path_" in
${lists.map((line) => line.replace('    "', '    ("')).join("\n")}
  esac
  _describe retropal list
}
if [[ "\${funcstack[1]}" = "_retropal" ]]; then
  _retropal "$@"
else
  compdef _retropal retropal
fi
`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

export function fishCompletions(commands: readonly Described[]): string {
  const lines: string[] = [];
  const when = (path: readonly string[], place?: string) =>
    fishQuote(
      `__retropal_at ${fishQuote(path.join(" "))}` +
        (place === undefined ? "" : ` ${place}`),
    );
  for (const { path, next, command } of places(commands)) {
    for (const word of next) {
      const own = commands.find((one) =>
        one.path.join(" ") === [...path, word].join(" ")
      );
      lines.push(
        `complete -c retropal -n ${when(path, "0")} -a ${word}` +
          (own ? ` -d ${fishQuote(own.summary)}` : ""),
      );
    }
    for (const { name, about, field } of optionsOf(command)) {
      const offer = name === "--data" ? "directory" : offerOf(field);
      const takes = name === "--data" || (field && field.kind !== "flag");
      lines.push(
        `complete -c retropal -n ${when(path)} -l ${name.slice(2)}` +
          (!takes
            ? ""
            : offer === "file"
            ? " -r -F"
            : offer === "directory"
            ? " -x -a '(__fish_complete_directories)'"
            : offer === null
            ? " -x"
            : ` -x -a ${fishQuote(offer.join(" "))}`) +
          ` -d ${fishQuote(about)}`,
      );
    }
  }
  for (const [path, place, offer] of offers(commands)) {
    if (place.startsWith("--") || offer === null) continue;
    lines.push(
      `complete -c retropal -n ${when(path.split(" "), place)} ` +
        (offer === "file"
          ? "-F"
          : offer === "directory"
          ? "-a '(__fish_complete_directories)'"
          : `-a ${fishQuote(offer.join(" "))}`),
    );
  }
  return `# fish completion for retropal; put it into
# ~/.config/fish/completions/retropal.fish
# Succeeds after the words of PATH and, when it is given, PLACE more.
function __retropal_at
  set -l tokens (commandline -opc)
  set -e tokens[1]
  set -l path
  set -l place 0
  set -l value
  for word in $tokens
    if test -n "$value"
      set value
    else if contains -- $word ${withValue(commands).join(" ")}
      set value $word
    else if string match -q -- '-*' $word
      continue
    else if contains -- (string join ' ' $path $word) ${
    paths(commands).map(fishQuote).join(" ")
  }
      set -a path $word
    else
      set place (math $place + 1)
    end
  end
  test "$argv[1]" = (string join ' ' -- $path | string collect -a)
  and test (count $argv) -eq 1 -o "$argv[2]" = "$place"
end
complete -c retropal -f
${lines.join("\n")}
`;
}

const SHELLS: Readonly<
  Record<string, (commands: readonly Described[]) => string>
> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

export function completionsCommand(all: () => readonly Described[]) {
  return localCommand({
    path: ["completions"],
    summary: "Print a shell completion script",
    examples: [
      "retropal completions bash > ~/.local/share/bash-completion/completions/retropal",
    ],
    fields: {
      shell: argument("SHELL", "bash, zsh or fish.", {
        choices: Object.keys(SHELLS),
      }),
    },
    run(_local: Local, input) {
      const make = SHELLS[input.shell];
      if (!make) {
        throw new UsageError(
          `SHELL is ${Object.keys(SHELLS).join(" or ")}, not "${input.shell}".`,
        );
      }
      const text = make(all());
      return document({ shell: input.shell, text }, text);
    },
  });
}
