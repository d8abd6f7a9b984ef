/**
 * `retropal version`.
 *
 * @module
 */
import { done } from "../commands/command.ts";
import { COMMIT, VERSION } from "../version.ts";
import { localCommand } from "./local.ts";

export const version = localCommand({
  path: ["version"],
  summary: "Print the version",
  examples: ["retropal version", "retropal version --json"],
  fields: {},
  run() {
    return done(
      {
        version: VERSION,
        commit: COMMIT === "" ? null : COMMIT,
        deno: Deno.version.deno,
        system: Deno.build.target,
      },
      `retropal ${VERSION}${COMMIT === "" ? "" : ` ${COMMIT}`} ` +
        `(Deno ${Deno.version.deno}, ${Deno.build.target})`,
    );
  },
});
