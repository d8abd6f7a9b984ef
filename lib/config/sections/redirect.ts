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
    about: "Redirects every client to another server as soon as it connects, " +
      "after a move.",
    example: '"new.example.org:5001"',
    live: true,
  }),
} as const;
