/**
 * Location of the project.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of the project's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
