/**
 * `retropal completions SHELL`: scripts generated from the table of commands.
 *
 * @module
 */
import { document } from "../commands/command.ts";
import { argument, UsageError } from "../commands/field.ts";
import { bashCompletions } from "./completions/bash.ts";
import { fishCompletions } from "./completions/fish.ts";
import { zshCompletions } from "./completions/zsh.ts";
import { type Described, type Local, localCommand } from "./local.ts";

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
