/**
 * Maps the flags of `serve` to settings.
 *
 * @module
 */

export type Flags = Readonly<Record<string, string>>;

/** The setting of each flag. */
const FLAGS: Readonly<Record<string, string>> = {
  bind: "server.bind",
  advertise: "server.advertise",
  advertisePrivate: "server.advertise_private",
  chatPort: "server.chat_port",
  voicePort: "server.voice_port",
  videoPort: "server.video_port",
  webPort: "web.port",
  tlsPort: "web.tls_port",
  logLevel: "log.level",
  logFormat: "log.format",
};

/**
 * Separates settings: each --set starts one, and so does a semicolon followed
 * by a key. Any other semicolon belongs to the value.
 */
const NEXT_SETTING = /\n|;(?=\s*[a-z]+\.[a-z0-9_]+\s*=)|;\s*$/;

export function readFlags(
  input: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const pair of String(input.set ?? "").split(NEXT_SETTING)) {
    const [key = "", ...value] = pair.split("=");
    if (key.trim() !== "") flags[key.trim()] = value.join("=");
  }
  for (const [key, setting] of Object.entries(FLAGS)) {
    if (input[key] !== undefined) flags[setting] = String(input[key]);
  }
  if (input.noWeb) flags["web.enabled"] = "false";
  if (input.noVideo) flags["video.enabled"] = "false";
  return flags;
}
