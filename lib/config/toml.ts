/**
 * TOML, based on smol-toml.
 *
 * @module
 */
import { parse, stringify, TomlError } from "smol-toml";
import type { Value } from "./setting.ts";

export class TomlSyntaxError extends Error {
  override name = "TomlSyntaxError";
  constructor(readonly line: number, message: string) {
    super(message);
  }
}

/**
 * Parses TOML. Throws {@linkcode TomlSyntaxError} with the number of the
 * invalid line.
 */
export function parseToml(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof TomlError) {
      const message = error.message.split("\n")[0] ?? "not TOML";
      throw new TomlSyntaxError(
        error.line,
        message.replace(/^Invalid TOML document: /, ""),
      );
    }
    throw error;
  }
}

/** Returns a value as TOML text. */
export function tomlValue(value: Value): string {
  return stringify({ x: value }).trim().replace(/^x = /, "");
}
