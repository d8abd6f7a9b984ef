/**
 * Settings for webcams in rooms.
 *
 * @module
 */
import { toggle } from "../setting.ts";

export const VIDEO = {
  enabled: toggle({
    default: true,
    about: "Whether members of rooms can publish and watch webcams.",
  }),
} as const;
