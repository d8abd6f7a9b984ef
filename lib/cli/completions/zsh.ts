/**
 * The completion script of zsh.
 *
 * @module
 */
import type { Described } from "../local.ts";
import { offers, optionsOf, paths, places, withValue } from "./words.ts";

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'`;
}

function described(word: string, about: string | undefined): string {
  return about === undefined
    ? zshQuote(word)
    : `${zshQuote(word).slice(0, -1)}:${zshQuote(about).slice(1)}`;
}

/** Returns a case for each path, with the words that may follow it. */
function wordCases(commands: readonly Described[]): string[] {
  return places(commands).map(({ path, next, command }) => {
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
    return `    ("${path.join(" ")}") list=(${
      [...words, ...options].join(" ")
    }) ;;`;
  });
}

/** Returns a case for each place that takes one of known words, or a file. */
function placeCases(commands: readonly Described[]): string[] {
  return [...offers(commands)].map(([path, place, offer]) => {
    const act = offer === "file"
      ? "_files"
      : offer === "directory"
      ? "_files -/"
      : offer === null
      ? ":"
      : `compadd -- ${offer.join(" ")}`;
    return `    ("${path} ${place}") ${act}; return ;;`;
  });
}

export function zshCompletions(commands: readonly Described[]): string {
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
${placeCases(commands).join("\n")}
    esac
  fi
  [[ -n "$value" ]] && return
  case "$path_" in
${wordCases(commands).join("\n")}
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
