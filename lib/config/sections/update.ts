/**
 * Settings for the search for new releases.
 *
 * @module
 */
import { text } from "../setting.ts";

/**
 * Allows http only on this machine: elsewhere an attacker on the path could
 * hide a release.
 */
const isReleaseAddress = (value: string) =>
  value === "" || /^https:\/\/[^\s/]+/.test(value) ||
  /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(value);

export const UPDATE = {
  url: text({
    default: "",
    max: 2000,
    check: isReleaseAddress,
    allowed: 'an https address, or "" for none',
    about: "Address that `retropal update --check` asks for the newest " +
      'release. It answers with JSON: {"version": "1.2.3"}, or as GitHub ' +
      "describes a release. The server itself never asks it.",
    example: '"https://api.github.com/repos/OWNER/retropal/releases/latest"',
    live: true,
  }),
} as const;
