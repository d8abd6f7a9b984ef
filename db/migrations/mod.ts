import { initial } from "./001_initial.ts";
import type { Migration } from "./migration.ts";

export type { Migration } from "./migration.ts";

/** Every step, oldest first; a new one goes to the end. */
export const MIGRATIONS: readonly Migration[] = [initial];
