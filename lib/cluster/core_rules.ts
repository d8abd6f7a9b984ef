/**
 * The rules of the core that hold at all gateways.
 *
 * @module
 */
import { type Config, SETTINGS, valueAt } from "../config/config.ts";
import type { Value } from "../config/setting.ts";
import { control, type CorePlace } from "./control.ts";
import type { Message } from "./wire.ts";

/** Sections of the configuration that apply at all gateways. */
const SHARED = ["access", "limits", "voice", "video"];
const FAREWELL =
  "The server cannot be reached at the moment. Please come back later.";

/** Returns the message that puts the rules into force at a gateway. */
export function rulesFor(
  config: Config,
  banned: readonly string[],
  { folder, web }: Pick<CorePlace, "folder" | "web">,
): Message {
  const settings: Record<string, Value> = {};
  for (const key of SETTINGS.keys()) {
    const [section = ""] = key.split(".");
    if (SHARED.includes(section)) settings[key] = valueAt(config, key);
  }
  return control({
    kind: "rules",
    settings,
    banned,
    core: { host: Deno.hostname(), folder, web },
    farewell: FAREWELL,
  });
}
