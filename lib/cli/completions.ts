/**
 * `retropal completions SHELL`: scripts made from the table of commands.
 *
 * @module
 */
import { document } from "../commands/command.ts";
import { type Field, optionName } from "../commands/field.ts";
import { argument, UsageError } from "../commands/field.ts";
import { type Described, type Local, localCommand } from "./local.ts";
import { nextWords } from "./parse.ts";

/** What can be typed after the words of one path. */
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

export function bashCompletions(commands: readonly Described[]): string {
  const cases = places(commands).map(({ path, next, command }) => {
    const words = [...next, ...optionsOf(command).map((one) => one.name)];
    return `    "${path.join(" ")}") words="${words.join(" ")}" ;;`;
  });
  const values = choices(commands).map(([path, option, list]) =>
    `    "${path} ${option}") COMPREPLY=($(compgen -W "${
      list.join(" ")
    }" -- "$current")); return ;;`
  );
  return `# bash completion for retropal; put it into
# ~/.local/share/bash-completion/completions/retropal
_retropal() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${
    places(commands).filter(({ path }) => path.length > 0)
      .map(({ path }) =>
        `      "${path.join(" ")}") path="${path.join(" ")}" ;;`
      )
      .join("\n")
  }
    esac
  done
  case "$path $before" in
${values.join("\n")}
    *" --data"|*" --out") COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _retropal retropal
`;
}

/** [path, option, what it may be] */
function choices(
  commands: readonly Described[],
): [string, string, readonly string[]][] {
  return places(commands).flatMap(({ path, command }) =>
    optionsOf(command).flatMap(({ name, field }) =>
      field?.choices
        ? [[path.join(" "), name, field.choices] as [
          string,
          string,
          readonly string[],
        ]]
        : []
    )
  );
}

function zshQuote(text: string): string {
  return `'${
    text.replaceAll("'", "'\\''").replaceAll(":", "\\:").replaceAll("[", "\\[")
      .replaceAll("]", "\\]")
  }'`;
}

export function zshCompletions(commands: readonly Described[]): string {
  const cases = places(commands).map(({ path, next, command }) => {
    const words = next.map((word) => {
      const own = commands.find((one) =>
        one.path.join(" ") === [...path, word].join(" ")
      );
      return zshQuote(own ? `${word}\u0000${own.summary}` : word)
        .replace("\u0000", ":");
    });
    const options = optionsOf(command).map(({ name, about }) =>
      zshQuote(`${name}\u0000${about}`).replace("\u0000", ":")
    );
    return `    "${path.join(" ")}") list=(${
      [...words, ...options].join(" ")
    }) ;;`;
  });
  const values = choices(commands).map(([path, option, list]) =>
    `    "${path} ${option}") compadd -- ${list.join(" ")}; return ;;`
  );
  return `#compdef retropal
# zsh completion for retropal; put it as _retropal into a folder of $fpath
_retropal() {
  local path_="" word
  local -a list
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
${
    places(commands).filter(({ path }) => path.length > 0)
      .map(({ path }) =>
        `      "${path.join(" ")}") path_="${path.join(" ")}" ;;`
      )
      .join("\n")
  }
    esac
  done
  case "$path_ \${words[CURRENT-1]}" in
${values.join("\n")}
    *" --data"|*" --out") _directories; return ;;
  esac
  case "$path_" in
${cases.join("\n")}
  esac
  _describe retropal list
  _files
}
_retropal "$@"
`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

export function fishCompletions(commands: readonly Described[]): string {
  const lines: string[] = [];
  for (const { path, next, command } of places(commands)) {
    const when = `__retropal_at ${fishQuote(path.join(" "))}`;
    for (const word of next) {
      const own = commands.find((one) =>
        one.path.join(" ") === [...path, word].join(" ")
      );
      lines.push(
        `complete -c retropal -f -n ${fishQuote(when)} -a ${word}` +
          (own ? ` -d ${fishQuote(own.summary)}` : ""),
      );
    }
    for (const { name, about, field } of optionsOf(command)) {
      const takes = name === "--data" || (field && field.kind !== "flag");
      lines.push(
        `complete -c retropal -n ${fishQuote(when)} -l ${name.slice(2)}` +
          (field?.choices
            ? ` -x -a ${fishQuote(field.choices.join(" "))}`
            : takes
            ? " -r"
            : "") +
          ` -d ${fishQuote(about)}`,
      );
    }
  }
  const known = places(commands).map(({ path }) => fishQuote(path.join(" ")));
  return `# fish completion for retropal; put it into
# ~/.config/fish/completions/retropal.fish
function __retropal_at
  set -l path
  for word in (commandline -opc)[2..-1]
    if contains -- (string join ' ' $path $word) ${known.slice(1).join(" ")}
      set -a path $word
    end
  end
  test (string join ' ' $path) = "$argv[1]"
end
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
    summary: "Print what makes a shell complete retropal's words",
    examples: [
      "retropal completions bash > ~/.local/share/bash-completion/completions/retropal",
    ],
    fields: { shell: argument("SHELL", "bash, zsh or fish.") },
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
