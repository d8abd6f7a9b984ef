/**
 * Commands written to the system user: "/kick Ann too loud".
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import { LEVEL } from "../domain/store.ts";
import {
  audit,
  CODE,
  type Command,
  command,
  type CommandResult,
  type Context,
  done,
  execute,
  failure,
  HOST_LEVEL,
} from "./command.ts";
import { askYes, takeWaiting } from "./chat_yes.ts";
import { optionalArgument } from "./field.ts";
import { kickAll } from "./kick_all.ts";
import { COMMANDS } from "./table.ts";
import { durationText } from "./table_text.ts";
import { aRole, splitWords, type Word } from "./words.ts";

/** Limits the names in an answer, because it is a single instant message. */
const MOST_NAMES = 100;

const users = command({
  path: ["users"],
  summary: "show how many users are online",
  examples: [],
  fields: {},
  role: "user",
  chat: { name: "users", role: "user", takes: [] },
  run({ live }) {
    const online = live?.status().sessions ?? 0;
    return done(
      { online },
      online === 1 ? "1 user online." : `${online} users online.`,
    );
  },
});

const rooms = command({
  path: ["rooms"],
  summary: "show how many rooms are open",
  examples: [],
  fields: {},
  role: "user",
  chat: { name: "rooms", role: "user", takes: [] },
  run({ live }) {
    const listed = (live?.rooms() ?? []).filter((room) =>
      room.type !== 1 && room.type !== 5 && room.type !== 6
    );
    const busy = listed.filter((room) => shown(room).length > 0);
    return done(
      { rooms: listed.length, busy: busy.length },
      `${listed.length} room${listed.length === 1 ? "" : "s"}, ` +
        `${busy.length} with people in ${busy.length === 1 ? "it" : "them"}.`,
      ...busy.slice(0, MOST_NAMES)
        .map((room) => `${room.name}: ${shown(room).length}`),
    );
  },
});

function shown(room: { members: readonly { invisible: boolean }[] }) {
  return room.members.filter((member) => !member.invisible);
}

const who = command({
  path: ["who"],
  summary: "list the users who are online",
  examples: [],
  fields: {},
  role: "user",
  chat: { name: "who", role: "user", takes: [] },
  run({ live, store, actor }) {
    // A user who has blocked the reader appears offline here too.
    const hidden = new Set(
      actor.uid === null || actor.level > 0
        ? []
        : store.relations.blockedBy(actor.uid),
    );
    const names = (live?.sessions() ?? [])
      .filter(({ uid }) => uid !== null && !hidden.has(uid))
      .flatMap((one) => one.phase === "online" ? one.nickname ?? [] : [])
      .sort((a, b) => a.localeCompare(b));
    const more = names.length - MOST_NAMES;
    return done(
      names,
      `Online (${names.length}): ` +
        names.slice(0, MOST_NAMES).join(", ") +
        (more > 0 ? ` and ${more} more` : ""),
    );
  },
});

const uptime = command({
  path: ["uptime"],
  summary: "show how long the server has been running",
  examples: [],
  fields: {},
  role: "user",
  chat: { name: "uptime", role: "user", takes: [] },
  run({ live }) {
    const seconds = live?.status().uptimeSeconds ?? 0;
    return done({ uptimeSeconds: seconds }, `Up for ${durationText(seconds)}.`);
  },
});

const help = command({
  path: ["help"],
  summary: "this list",
  examples: [],
  fields: { command: optionalArgument("COMMAND", "The command to explain.") },
  role: "user",
  chat: { name: "help", role: "user", takes: ["command"] },
  run(context, input) {
    const wanted = input.command?.replace(/^\//, "").toLowerCase();
    const allowed = CHAT_COMMANDS.filter((one) => mayUse(one, context))
      .filter((one) => wanted === undefined || one.chat?.name === wanted);
    if (allowed.length === 0) {
      return failure(CODE.notFound, `There is no /${wanted}.`);
    }
    return done(
      allowed.map((one) => one.chat?.name),
      ...allowed.map((one) => `${chatForm(one)} - ${lower(one.summary)}`),
    );
  },
});

/** All commands that can be sent to the system user. */
export const CHAT_COMMANDS: readonly Command[] = [
  help,
  users,
  rooms,
  who,
  uptime,
  kickAll,
  ...COMMANDS.filter((one) => one.chat !== undefined),
];

/**
 * Names that these commands had on earlier servers (docs/protocol.md, "Text").
 */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ["alert", "broadcast"],
]);

/** Runs one line. Text without a slash is answered with a hint. */
export async function runChatLine(
  line: string,
  context: Context,
): Promise<CommandResult> {
  const result = await runLine(line, context);
  if (!result.failed) return result;
  return { ...result, lines: result.lines.map(withoutCommandLines) };
}

/** Removes sentences about commands that cannot be typed into a chat. */
function withoutCommandLines(text: string): string {
  return text.replaceAll(/ *`retropal [^`]+`[^.]*\./g, "").trim() || text;
}

async function runLine(
  line: string,
  context: Context,
): Promise<CommandResult> {
  const [first, ...words] = splitWords(line.trim());
  const waiting = takeWaiting(context);
  if (waiting !== undefined && /^\/?yes[.!]?$/i.test(line.trim())) {
    return await execute(waiting.command, context, {
      ...waiting.raw,
      yes: true,
    });
  }
  if (first === undefined || !first.text.startsWith("/")) {
    return failure(
      CODE.usage,
      "This is the server, which understands only commands: /help lists them.",
    );
  }
  const written = first.text.slice(1).toLowerCase();
  const name = OLD_NAMES.get(written) ?? written;
  const known = CHAT_COMMANDS.filter((one) => mayUse(one, context));
  const command = known.find((one) => one.chat?.name === name);
  if (!command?.chat) {
    return notKnown(context, name, known);
  }
  const text = line.trim();
  const raw = inputOf(context, text, words, command);
  if (raw === undefined) {
    return failure(CODE.usage, `Usage: ${chatForm(command)}`);
  }
  // Commands that change something write their own audit entry; when staff only
  // read, that is recorded here.
  if (context.actor.level > 0 && READS.has(name)) {
    audit(context, { action: "chat", target: `/${name}`, after: text });
  }
  // Chat has its own, stricter roles; the command's own role is for the pages.
  const allowed = { ...command, role: command.chat.role };
  const result = await execute(allowed, context, raw);
  return result.confirm ? askYes(context, allowed, raw, result) : result;
}

/** Answers a name that the sender may not use, or that there is not. */
function notKnown(
  context: Context,
  name: string,
  known: readonly Command[],
): CommandResult {
  const barred = CHAT_COMMANDS.find((one) => one.chat?.name === name);
  if (barred?.chat) {
    audit(context, { action: "chat refused", target: `/${name}` });
    return failure(
      CODE.refused,
      `Only ${aRole(barred.chat.role)} may use /${name}.`,
    );
  }
  const near = didYouMean(
    `/${name}`,
    known.map((one) => `/${one.chat?.name}`),
  );
  return failure(
    CODE.usage,
    `There is no /${name}.${near} /help lists the commands.`,
  );
}

/**
 * Returns the values that the words of a line give to a command; undefined when
 * one is missing or too many.
 */
function inputOf(
  context: Context,
  text: string,
  words: readonly Word[],
  command: Command,
): Record<string, string> | undefined {
  const { takes, needs = [] } = command.chat ?? { takes: [] };
  const raw: Record<string, string> = {};
  let at = 0;
  for (const [i, key] of takes.entries()) {
    const word = words[at];
    if (word === undefined) break;
    // "/ban Ann spamming": without a time it is permanent.
    const field = command.fields[key];
    if (field?.skippable?.(word.text)) continue;
    const last = i === takes.length - 1;
    const used = last
      ? words.length - at
      : key === "nick"
      ? wordsOfNickname(context, text, words.slice(at))
      : 1;
    raw[key] = used > 1
      ? text.slice(word.at, words[at + used - 1]?.end)
      : word.text;
    at += used;
  }
  const missing = takes.find((key) =>
    raw[key] === undefined && !command.fields[key]?.skippable &&
    (command.fields[key]?.required || needs.includes(key))
  );
  return missing === undefined && at === words.length ? raw : undefined;
}

/** More words than any typed nickname has. */
const MOST_WORDS = 8;

/**
 * Finds nicknames with spaces, as in "/kick Big Joe too loud": when the first
 * word alone is no nickname, tries the first two words, then three, and so on.
 */
function wordsOfNickname(
  { store }: Context,
  text: string,
  words: readonly Word[],
): number {
  const [first] = words;
  if (!first || store.accounts.byNickname(first.text)) return 1;
  for (let n = Math.min(words.length, MOST_WORDS); n > 1; n--) {
    const name = text.slice(first.at, words[n - 1]?.end);
    if (store.accounts.byNickname(name)) return n;
  }
  return 1;
}

const READS: ReadonlySet<string> = new Set([
  "complaint",
  "complaints",
  "help",
  "rooms",
  "uptime",
  "users",
  "who",
  "whois",
]);

function mayUse(command: Command, context: Context): boolean {
  const needed = command.chat ? LEVEL[command.chat.role] : HOST_LEVEL;
  return context.actor.level >= needed;
}

/** Returns the usage line, such as "/kick <nick> [reason]". */
export function chatForm(command: Command): string {
  const { name = "", takes = [], needs = [] } = command.chat ?? {};
  return [
    `/${name}`,
    ...takes.map((key) => {
      const word = key === "nick" ? "user" : key === "for" ? "duration" : key;
      return command.fields[key]?.required || needs.includes(key)
        ? `<${word}>`
        : `[${word}]`;
    }),
  ].join(" ");
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
