/**
 * The table of dialects, and the signs by which each client is recognised.
 *
 * The version word is no such sign for the Gaim plugin: its 83 is also that of
 * the real Paltalk 8.0.
 *
 * @module
 */
import { CLIENT_VERSION } from "../frame.ts";
import { CLIENT_5_1 } from "./client_5_1.ts";
import type { Dialect } from "./dialect.ts";
import { GAIM } from "./gaim.ts";

/** The real client of 2002: the form that everything here is written in. */
export const CLIENT_5_0: Dialect = {
  client: "5.0",
  wantsOwnStatus: false,
  namesStrangers: "first",
  takesOffers: true,
  rejoinsRooms: true,
  adminByRecord: false,
  confirmsBlocks: false,
  ticksInVoiceRooms: true,
};

/** Clients of which no more is known: the forms of 5.0. */
const OTHER: Dialect = {
  ...CLIENT_5_0,
  client: "other",
  wantsOwnStatus: true,
  ticksInVoiceRooms: false,
};

/** How a client began its sign-on. */
export interface Signs {
  /** It said CLIENT_HELLO; otherwise HELLO came first, after a silence. */
  readonly saidHello: boolean;
  /** LYMERICK was the long one of 46 bytes with a disk's serial number. */
  readonly longLymerick: boolean;
  readonly version: number | null;
}

interface Row {
  readonly dialect: Dialect;
  recognises(signs: Signs): boolean;
}

const VERSION_5_1 = 75;

/** The first row that recognises a client is its dialect. */
const DIALECTS: readonly Row[] = [
  {
    dialect: GAIM,
    recognises: ({ saidHello, longLymerick }) => !saidHello && longLymerick,
  },
  {
    dialect: CLIENT_5_0,
    recognises: ({ version }) => version === CLIENT_VERSION,
  },
  {
    dialect: CLIENT_5_1,
    recognises: ({ version }) => version === VERSION_5_1,
  },
  { dialect: OTHER, recognises: () => true },
];

/** The dialect of a client that has sent LYMERICK. */
export function dialectOf(signs: Signs): Dialect {
  return DIALECTS.find((row) => row.recognises(signs))!.dialect;
}

/**
 * The dialect of a connection that has waited for HELLO without a word, until
 * its next packet tells more: only the plugin does that.
 */
export const SILENT = GAIM;
