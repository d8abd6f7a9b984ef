/**
 * The completion script of fish.
 *
 * @module
 */
import type { Described } from "../local.ts";
import {
  offerOf,
  offers,
  type Option,
  optionsOf,
  paths,
  places,
  withValue,
} from "./words.ts";

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Returns the condition that the words before are those of `path`. */
function when(path: readonly string[], place?: string): string {
  return fishQuote(
    `__retropal_at ${fishQuote(path.join(" "))}` +
      (place === undefined ? "" : ` ${place}`),
  );
}

const FOLDERS = "-a '(__fish_complete_directories)'";

function* wordLines(commands: readonly Described[]): Generator<string> {
  for (const { path, next, command } of places(commands)) {
    for (const word of next) {
      const own = commands.find((one) =>
        one.path.join(" ") === [...path, word].join(" ")
      );
      yield `complete -c retropal -n ${when(path, "0")} -a ${word}` +
        (own ? ` -d ${fishQuote(own.summary)}` : "");
    }
    for (const option of optionsOf(command)) {
      yield `complete -c retropal -n ${when(path)}` +
        ` -l ${option.name.slice(2)}${valueOf(option)}` +
        ` -d ${fishQuote(option.about)}`;
    }
  }
}

/** Returns how fish completes the value of an option; "" for a flag. */
function valueOf({ name, field }: Option): string {
  if (name === "--data") return ` -x ${FOLDERS}`;
  if (field === undefined || field.kind === "flag") return "";
  const offer = offerOf(field);
  if (offer === "file") return " -r -F";
  if (offer === "directory") return ` -x ${FOLDERS}`;
  return offer === null ? " -x" : ` -x -a ${fishQuote(offer.join(" "))}`;
}

function* placeLines(commands: readonly Described[]): Generator<string> {
  for (const [path, place, offer] of offers(commands)) {
    if (place.startsWith("--") || offer === null) continue;
    yield `complete -c retropal -n ${when(path.split(" "), place)} ` +
      (offer === "file"
        ? "-F"
        : offer === "directory"
        ? FOLDERS
        : `-a ${fishQuote(offer.join(" "))}`);
  }
}

export function fishCompletions(commands: readonly Described[]): string {
  const lines = [...wordLines(commands), ...placeLines(commands)];
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
