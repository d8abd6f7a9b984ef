/** @module Drives the browsers that show the pages. Only tests have it: see docs/adr/0001. */
export * from "npm:playwright-core@1.65.1";
