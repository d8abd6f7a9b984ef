/** The release of retropal, as printed by `retropal version`. */
export const VERSION = "0.1.0";
