/**
 * All settings, one file per section. The defaults, the commented
 * `retropal.toml`, the checks, the names of environment variables, `config
 * show` and the type `Config` (config.ts) are derived from this table.
 *
 * @module
 */
import { ACCESS } from "./sections/access.ts";
import { AUTH } from "./sections/auth.ts";
import { BACKUP } from "./sections/backup.ts";
import { CLUSTER } from "./sections/cluster.ts";
import { FILES } from "./sections/files.ts";
import { LIMITS } from "./sections/limits.ts";
import { LOG } from "./sections/log.ts";
import { MAIL } from "./sections/mail.ts";
import { MESSAGES } from "./sections/messages.ts";
import { MODERATION } from "./sections/moderation.ts";
import { REDIRECT } from "./sections/redirect.ts";
import { SERVER } from "./sections/server.ts";
import { STORE } from "./sections/store.ts";
import { UPDATE } from "./sections/update.ts";
import { VIDEO } from "./sections/video.ts";
import { VOICE } from "./sections/voice.ts";
import { WEB } from "./sections/web.ts";
import type { Setting } from "./setting.ts";

export const SCHEMA = {
  server: SERVER,
  web: WEB,
  auth: AUTH,
  access: ACCESS,
  limits: LIMITS,
  moderation: MODERATION,
  mail: MAIL,
  voice: VOICE,
  video: VIDEO,
  messages: MESSAGES,
  files: FILES,
  cluster: CLUSTER,
  redirect: REDIRECT,
  store: STORE,
  backup: BACKUP,
  update: UPDATE,
  log: LOG,
} as const satisfies Readonly<
  Record<string, Readonly<Record<string, Setting<never> | Setting>>>
>;

/** Heading of each section in the file. */
export const SECTIONS: Readonly<Record<keyof typeof SCHEMA, string>> = {
  server: "The server itself: its name, addresses and ports.",
  web: "The pages, and files for the old client.",
  auth: "Sign-on and registration.",
  access: "Networks that may connect.",
  limits: "Limits for one user, one address and the whole server.",
  moderation: "Moderation.",
  mail: "E-mail.",
  voice: "Sound.",
  video: "Webcams in rooms.",
  messages: "Instant messages.",
  files: "Files between users.",
  cluster: "Several machines: gateways and cores on NATS.",
  redirect: "Moving to another server.",
  store: "The database.",
  backup: "Automatic backups.",
  update: "Search for new releases.",
  log: "The log.",
};
