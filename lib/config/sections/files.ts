/**
 * Settings for file transfers between users.
 *
 * @module
 */
import { integer, text, toggle } from "../setting.ts";

export const FILES = {
  relay: toggle({
    default: false,
    about:
      "Relay files to receivers that the server can reach and their senders " +
      "cannot. Nothing is stored.",
    live: true,
  }),
  relay_bytes: integer({
    default: 104_857_600,
    min: 1,
    max: 4_294_967_295,
    about: "Largest file that the server relays, in bytes.",
    live: true,
  }),
  relay_seconds: integer({
    default: 1800,
    min: 10,
    max: 86_400,
    about: "Maximum duration of one file transfer, in seconds.",
    live: true,
  }),
  drop: toggle({
    default: false,
    about:
      "Store files for receivers when both users are behind routers; the " +
      "receiver gets a link. Files are not scanned.",
    live: true,
  }),
  drop_url: text({
    default: "",
    max: 200,
    check: (value) => value === "" || /^https?:\/\/[^\s"<>]+$/.test(value),
    allowed: 'the beginning of a link, or "" for the address of the pages',
    about:
      "Base address of links to such files, if there is a proxy in front of " +
      "the pages.",
    example: '"https://chat.example.org"',
    live: true,
  }),
  drop_hours: integer({
    default: 24,
    min: 1,
    max: 720,
    about: "Remove such a file after this many hours.",
    live: true,
  }),
  drop_user_bytes: integer({
    default: 52_428_800,
    min: 1,
    max: 4_294_967_295,
    about: "Bytes that one user may have waiting on the server.",
    live: true,
  }),
  drop_total_bytes: integer({
    default: 1_073_741_824,
    min: 1,
    max: 1_099_511_627_776,
    about: "Bytes of such files in all.",
    live: true,
  }),
  relay_at_once: integer({
    default: 4,
    min: 1,
    max: 100,
    about: "Files relayed, and files uploaded, at the same time.",
    live: true,
  }),
} as const;
