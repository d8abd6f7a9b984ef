/** @module Property tests. Only tests have it: see docs/adr/0001. */
export * from "npm:fast-check@4.10.2";
export { default } from "npm:fast-check@4.10.2";
