/**
 * Every migration; a new one is a file `NNN_name.ts` in this folder that
 * exports one {@linkcode Migration}, and one line here.
 *
 * @module
 */

export * from "./001_initial.ts";
