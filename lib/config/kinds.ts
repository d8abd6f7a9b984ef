/**
 * Kinds of values that settings in several sections share.
 *
 * @module
 */
import { normalAddress, normalNetwork } from "../net/networks.ts";
import { fitsWindows1252 } from "../protocol/windows1252.ts";
import { integer, list } from "./setting.ts";

const isNetwork = (value: string) =>
  normalAddress(value) !== null || normalNetwork(value) !== null;

/** Returns whether a text fits into the client's records and dialogs. */
export const isClientText = (value: string) =>
  fitsWindows1252(value) && !value.includes("\u00c8") &&
  [...value].every((letter) => letter >= " " || letter === "\n");

export const port = (words: { default: number; about: string }) =>
  integer({
    ...words,
    min: 0,
    max: 65535,
    allowed: "a port from 1 to 65535, or 0 for any free one",
  });

/**
 * Declares a list of networks, read at each use, so that a change takes effect
 * immediately.
 */
export const networks = (
  words: {
    default: readonly string[];
    about: string;
    example: string;
    desk?: boolean;
  },
) =>
  list({
    check: isNetwork,
    allowed: 'a list of addresses and networks like "192.168.0.0/16"',
    live: true,
    ...words,
  });
