/**
 * Settings for moving to another server.
 *
 * @module
 */
import { text } from "../setting.ts";

export const REDIRECT = {
  host: text({
    default: "",
    check: (value) => value === "" || /^[^:\s]+(:\d{1,5})?$/.test(value),
    allowed: 'a host, or host:port, or "" for none',
    about:
      "Sends every client to another server as soon as it connects: for moving " +
      "house.",
    example: '"new.example.org:5001"',
    live: true,
  }),
} as const;
