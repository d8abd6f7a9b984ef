/**
 * Settings for automatic backups.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { text, toggle } from "../setting.ts";

export const BACKUP = {
  nightly: toggle({
    default: true,
    about:
      "Back up the database every night into backups/ in the data folder. " +
      "store.backup_keep limits the number of copies.",
    live: true,
  }),
  at: text({
    default: "04:15",
    max: 5,
    check: (value) => /^([01]\d|2[0-3]):[0-5]\d$/.test(value),
    allowed: "a time of day from 00:00 to 23:59",
    about:
      "Local time of the nightly backup. A missed backup is made after the " +
      "next start.",
    example: '"02:30"',
    live: true,
  }),
  copy_to: text({
    default: "",
    max: 1000,
    check: (value) => value === "" || isAbsolute(value),
    allowed: 'the whole path of a folder, or "" for none',
    about: "A second folder for these copies, on another disk or a mounted " +
      "share. It must exist; give each server its own.",
    example: '"/mnt/nas/retropal"',
    live: true,
    desk: false,
  }),
} as const;
