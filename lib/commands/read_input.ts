/**
 * Parses the input of a command, field by field.
 *
 * @module
 */
import { type Field, type Fields, UsageError } from "./field.ts";

/** Returns the option for a key: `adminCode` becomes `--admin-code`. */
export function optionName(key: string): string {
  return "--" + key.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}

/** Returns the name of this field in error messages. */
export function fieldName(key: string, field: Field): string {
  return field.place === "option" ? optionName(key) : field.metavar;
}

/**
 * Parses every field of `raw` (text or JSON values by key). Throws {@linkcode
 * UsageError} for missing, unknown or invalid values.
 */
export function readInput(
  fields: Fields,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const key of Object.keys(raw)) {
    if (raw[key] !== undefined && !Object.hasOwn(fields, key)) {
      throw new UsageError(
        `There is no argument "${key}" here.`,
      );
    }
  }
  for (const [key, field] of Object.entries(fields)) {
    const value = Object.hasOwn(raw, key) ? raw[key] : undefined;
    const name = fieldName(key, field);
    if (value !== undefined && value !== null) {
      input[key] = read(key, field, value, name);
    } else if (field.required) {
      throw new UsageError(`${name} is missing: ${lower(field.about)}`);
    }
  }
  return input;
}

function read(key: string, field: Field, value: unknown, name: string) {
  try {
    return field.read(value, name);
  } catch (error) {
    if (error instanceof UsageError) error.field = key;
    throw error;
  }
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
