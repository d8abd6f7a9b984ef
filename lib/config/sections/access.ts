/**
 * Settings for the networks that may connect.
 *
 * @module
 */
import { networks } from "../kinds.ts";

export const ACCESS = {
  only_from: networks({
    default: [],
    about:
      "A private server: connections from anywhere else are refused. Empty: " +
      "everybody may come.",
    example: '["192.168.1.0/24", "203.0.113.7"]',
  }),
  uncounted: networks({
    default: ["127.0.0.0/8", "::1"],
    about:
      "Addresses that may hold as many connections as there may be in all: " +
      "this machine, and a proxy of yours through which everybody comes.",
    example: '["127.0.0.0/8", "::1", "192.168.1.2"]',
  }),
} as const;
