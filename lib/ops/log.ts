/**
 * The log, based on LogTape. Lines go to standard error, as text or as JSON,
 * and optionally to a rotating file.
 *
 * Text from outside can neither begin a line nor look like a field of the log:
 * messages are constants of the program, and every value is quoted, with its
 * control characters escaped.
 *
 * @module
 */
import {
  configureSync,
  disposeSync,
  getLogger,
  type LogRecord,
  type Sink,
} from "@logtape/logtape";
import type { RecentError } from "./live.ts";
import { LineWriter } from "./line_writer.ts";
import { LogFile } from "./log_file.ts";

export type Level = "debug" | "info" | "warning" | "error";
/** Values are text, numbers, booleans; anything else is written as JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** The interface with which the code writes to the log. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

export interface LogOptions {
  readonly level: Level | "warn";
  readonly format: "text" | "json";
  /** Receives each line with its newline; standard error when not given. */
  readonly write?: (line: string) => void;
  /** A log file in addition, renamed to .1, .2, … at `maxBytes`. */
  readonly file?: {
    readonly path: string;
    readonly maxBytes: number;
    readonly keep: number;
    /** Milliseconds after which a file is too old. */
    readonly maxMs?: number;
  };
}

const RANK: Readonly<Record<Level, number>> = {
  debug: 0,
  info: 1,
  warning: 2,
  error: 3,
};
const KEPT_ERRORS = 50;

let threshold = RANK.info;
let stderr: LineWriter | null = null;
let logFile: LogFile | null = null;
const kept: RecentError[] = [];

/** Sets where the log goes; a second call replaces the first. */
export function configureLog(options: LogOptions): void {
  const format = options.format === "json" ? jsonLine : textLine;
  if (!options.write) stderr ??= new LineWriter(Deno.stderr);
  const write = options.write ?? ((line: string) => stderr?.write(line));
  const sinks: Record<string, Sink> = {
    lines: (record) => write(format(record)),
  };
  logFile?.[Symbol.dispose]();
  logFile = null;
  if (options.file) {
    const file = logFile = new LogFile({
      ...options.file,
      // Reported on standard error, because the log cannot report it in its own
      // file.
      onError: (error) =>
        write(`The log file cannot be written: ${String(error)}\n`),
    });
    // Written immediately, because fail2ban follows the file.
    sinks.file = (record) => file.write(format(record));
  }
  configureSync({
    reset: true,
    sinks,
    loggers: [
      {
        category: "retropal",
        lowestLevel: "debug",
        sinks: Object.keys(sinks),
      },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["lines"] },
    ],
  });
  setLogLevel(options.level);
}

/** Takes effect for the next line. */
export function setLogLevel(level: Level | "warn"): void {
  threshold = RANK[level === "warn" ? "warning" : level];
}

/**
 * Returns whether debug lines are written, for those that are costly to build.
 */
export function debugs(): boolean {
  return threshold === RANK.debug;
}

/** Closes and removes log files that are too old. */
export function sweepLog(): void {
  logFile?.sweep();
}

/** Opens the log file again after logrotate or the host has moved it. */
export function reopenLog(): void {
  logFile?.reopen();
}

/** Milliseconds for the last lines to be written when they are not read. */
const FLUSH_MS = 1000;

/**
 * Waits, within a limit, until everything is written before the process ends.
 */
export async function flushLog(): Promise<void> {
  disposeSync();
  logFile?.[Symbol.dispose]();
  logFile = null;
  if (stderr === null) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((done) => timer = setTimeout(done, FLUSH_MS));
  await Promise.race([stderr.flush(), late]);
  clearTimeout(timer);
}

/** Returns a logger for one part of the server: "chat", "voice", "auth", … */
export function logger(category: string): Logger {
  const target = getLogger(["retropal", category]);
  const at = (level: Level) =>
  (
    message: string,
    fields: Fields = {},
  ) => {
    if (level === "error" || level === "warning") {
      remember(category, message, fields);
    }
    if (RANK[level] < threshold) return;
    // As a template without holes, so that braces in it mean nothing.
    target[level](message.replaceAll("{", "{{"), { ...fields });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warning"),
    error: at("error"),
  };
}

/** The last warnings and errors, oldest first, for `status`. */
export function recentErrors(): readonly RecentError[] {
  return kept;
}

function remember(category: string, message: string, fields: Fields): void {
  kept.push({ at: Date.now(), category, message: message + words(fields) });
  if (kept.length > KEPT_ERRORS) kept.shift();
}

/**
 * Writes the line for a failed sign-on. Its form is fixed, because fail2ban's
 * filter matches it: see docs/hosting.md.
 */
export function signOnRefused(
  log: Logger,
  who: { address: string; nickname: string; reason: string },
): void {
  log.warn("sign-on refused", {
    address: who.address,
    nickname: who.nickname,
    reason: who.reason,
  });
}

function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString();
  const level = record.level.toUpperCase().padEnd(7);
  const category = record.category.slice(1).join(".") || record.category[0];
  const message = escaped(record.message.map(String).join(""));
  return `${time} ${level} ${category}: ${message}${
    words(record.properties)
  }\n`;
}

function words(fields: Fields): string {
  let text = "";
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) text += ` ${name}=${valueText(value)}`;
  }
  return text;
}

function valueText(value: unknown): string {
  if (typeof value !== "string") {
    return escaped(JSON.stringify(value) ?? String(value));
  }
  return /^[A-Za-z0-9_.:\/@+-]+$/.test(value)
    ? value
    : escaped(JSON.stringify(value));
}

/** Control and line-breaking characters as \uXXXX. */
function escaped(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- those are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (letter) => "\\u" + letter.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

function jsonLine(record: LogRecord): string {
  return escaped(JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    category: record.category.slice(1).join("."),
    message: record.message.map(String).join(""),
    ...record.properties,
  })) + "\n";
}
