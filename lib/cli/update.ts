/**
 * `retropal update --check`: reports whether there is a newer release.
 *
 * @module
 */
import { CODE, done, failure } from "../commands/command.ts";
import { flag } from "../commands/field.ts";
import { isNewer, newestRelease, NoAnswer } from "../ops/releases.ts";
import { VERSION } from "../version.ts";
import { localCommand } from "./local.ts";

export const update = localCommand({
  path: ["update"],
  summary: "Check for a newer release",
  details: "Asks the address in `update.url`, which is empty at first: then " +
    "nothing is asked. Never downloads or installs anything; docs/hosting.md " +
    "shows how to update.",
  examples: ["retropal update --check"],
  fields: {
    check: flag("Ask whether there is a newer release."),
  },
  async run(local, { check }) {
    if (check !== true) {
      return failure(
        CODE.usage,
        "retropal never installs by itself. `retropal update --check` asks " +
          "whether there is a newer release.",
      );
    }
    const { url } = local.loadConfig().config.update;
    if (url === "") {
      return failure(
        CODE.refused,
        "No address to ask: `retropal config set update.url URL` names one.",
      );
    }
    try {
      const { version, page } = await newestRelease(url);
      const newer = isNewer(version, VERSION);
      return done(
        { current: VERSION, newest: version, newer, page: page ?? null },
        newer
          ? `retropal ${version} is available; this is ${VERSION}.` +
            (page === undefined ? "" : ` See ${page}`)
          : `This is the newest release, ${VERSION}.`,
      );
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return failure(CODE.refused, error.message);
    }
  },
});
