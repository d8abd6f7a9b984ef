/** @module Checks of accessibility in a browser. Only tests have it: see docs/adr/0001. */
export { default } from "npm:axe-core@4.14.1";
