/**
 * Commands in the chat that act only after a second line, "yes".
 *
 * @module
 */
import type { Store, Uid } from "../domain/store.ts";
import type { Command, CommandResult, Context } from "./command.ts";

/** Milliseconds for which a command waits for confirmation. */
const YES_MS = 60_000;

interface Waiting {
  readonly command: Command;
  readonly raw: Readonly<Record<string, string>>;
  readonly until: number;
}

/** Commands that wait for confirmation, by the uid of their sender. */
const waitingOf = new WeakMap<Store, Map<Uid, Waiting>>();

export function askYes(
  context: Context,
  command: Command,
  raw: Readonly<Record<string, string>>,
  result: CommandResult,
): CommandResult {
  const { store, actor } = context;
  if (actor.uid === null) return result;
  const waiting = waitingOf.get(store) ?? new Map();
  waitingOf.set(store, waiting);
  waiting.set(actor.uid, { command, raw, until: context.now() + YES_MS });
  return {
    ...result,
    lines: [
      ...result.confirm ?? [],
      "Nothing has been changed yet. Write yes to continue.",
    ],
  };
}

/**
 * Returns the waiting command and ends its wait, whatever the next line says.
 */
export function takeWaiting(
  { store, actor, now }: Context,
): Waiting | undefined {
  const waiting = actor.uid === null ? undefined : waitingOf.get(store);
  const found = waiting?.get(actor.uid ?? 0);
  waiting?.delete(actor.uid ?? 0);
  return found !== undefined && now() < found.until ? found : undefined;
}
