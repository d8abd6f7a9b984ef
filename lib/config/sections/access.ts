/**
 * Settings for the networks that may connect.
 *
 * @module
 */
import { networks } from "../kinds.ts";

export const ACCESS = {
  only_from: networks({
    default: [],
    about: "Networks that may connect; all others are refused. Empty: no " +
      "restriction.",
    example: '["192.168.1.0/24", "203.0.113.7"]',
  }),
  uncounted: networks({
    default: ["127.0.0.0/8", "::1"],
    about:
      "Addresses without a limit of connections per address: this machine, " +
      "and proxies through which all clients connect.",
    example: '["127.0.0.0/8", "::1", "192.168.1.2"]',
  }),
} as const;
