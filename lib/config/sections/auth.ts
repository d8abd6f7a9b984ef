/**
 * Settings for sign-on and registration.
 *
 * @module
 */
import { fitsWindows1252 } from "../../protocol/windows1252.ts";
import { choice, integer, list, text, toggle } from "../setting.ts";

export const AUTH = {
  registration: choice(["closed", "open", "invite", "approval"], {
    default: "closed",
    about:
      "Who may register: nobody, everybody, users with an invite code, or " +
      "everybody after approval by staff.",
    live: true,
  }),
  approval_days: integer({
    default: 14,
    min: 1,
    max: 365,
    about: "Days that a new account waits for approval before it is removed.",
    live: true,
  }),
  reserved_names: list({
    default: [
      "Admin",
      "Administrator",
      "Moderator",
      "Operator",
      "Security",
      "Server",
      "Staff",
      "Support",
      "System",
    ],
    check: (item) => item !== "" && fitsWindows1252(item),
    allowed: "names of Windows-1252 letters",
    about:
      "Nicknames that nobody can register, including spellings that look " +
      "alike. server.name is always one of them.",
    example: '["Admin", "Moderator", "Host"]',
    live: true,
  }),
  scrypt_log2n: integer({
    default: 15,
    min: 1,
    max: 20,
    about:
      "Cost of a password hash, as a power of 2. 15 takes about 0.1 s; lower " +
      "it only for load tests.",
  }),
  server_key: text({
    default: "XyF¦NNN473312518",
    max: 16,
    check: (value) =>
      fitsWindows1252(value) && /^.{4}(NNN|\d{3}).{9}$/s.test(value),
    allowed:
      "16 characters, of which the 5th to 7th are NNN (a fresh number for " +
      "each connection) or three digits",
    about:
      "The challenge of the sign-on. With digits outside 509..851 a password " +
      "cannot be checked: such a key is sent first, and one with NNN after it.",
    example: '"XyF¦551473312518"',
  }),
  ask_hint: toggle({
    default: false,
    about:
      "Ask each user for a password hint when the client starts, until one " +
      "is given. The client's dialog covers the pal list until then.",
    live: true,
  }),
  send_literal_key_first: toggle({
    default: false,
    about:
      'Sends the historic key "XyF¦164473312518" first, and a key that can be ' +
      "checked when the client answers it.",
  }),
} as const;
