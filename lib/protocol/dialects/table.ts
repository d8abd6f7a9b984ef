/**
 * The table of dialects, and the signs by which each client is recognized.
 *
 * The version word is not enough for the Gaim plugin: its 83 is also that of
 * the real Paltalk 8.0.
 *
 * @module
 */
import { CLIENT_VERSION } from "../frame.ts";
import { CLIENT_5_1 } from "./client_5_1.ts";
import type { Dialect } from "./dialect.ts";
import { GAIM } from "./gaim.ts";

/** The real client of 2002: everything inside the server has its form. */
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

/** Clients about which nothing more is known get the forms of 5.0. */
const OTHER: Dialect = {
  ...CLIENT_5_0,
  client: "other",
  wantsOwnStatus: true,
  ticksInVoiceRooms: false,
};

/** How a client began its sign-on. */
export interface Signs {
  /**
   * It sent CLIENT_HELLO; otherwise the server sent HELLO first, after a
   * silence.
   */
  readonly saidHello: boolean;
  /** Its LYMERICK was the long one of 46 bytes, with a disk's serial number. */
  readonly longLymerick: boolean;
  readonly version: number | null;
}

interface Row {
  readonly dialect: Dialect;
  recognises(signs: Signs): boolean;
}

const VERSION_5_1 = 75;

/** The first row that recognizes a client gives its dialect. */
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

/** Returns the dialect of a client that has sent LYMERICK. */
export function dialectOf(signs: Signs): Dialect {
  return DIALECTS.find((row) => row.recognises(signs))!.dialect;
}

/** The dialect of this name; that of 5.0 when there is none. */
export function dialectNamed(client: string): Dialect {
  return DIALECTS.find(({ dialect }) => dialect.client === client)?.dialect ??
    CLIENT_5_0;
}

/**
 * The dialect of a connection that has waited silently for HELLO, until its
 * next packet tells more: only the plugin does that.
 */
export const SILENT = GAIM;
