/**
 * The completion script of bash.
 *
 * @module
 */
import type { Described } from "../local.ts";
import { offers, optionsOf, paths, places, withValue } from "./words.ts";

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
