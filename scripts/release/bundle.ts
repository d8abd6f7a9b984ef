/**
 * Bundles the server into one JavaScript file. `deno compile` then embeds only
 * that file instead of every module with its packages, which makes the program
 * a quarter smaller and halves its start time.
 *
 * @module
 */
import { buildBrowserClient } from "../browser_client.ts";
import { join } from "node:path";
import { ROOT } from "../root.ts";

export { ROOT };

/** The bundler of Deno 2.6 breaks packages that import tslib. */
const FIRST_GOOD_MINOR = 9;

/**
 * Returns the Deno that bundles: this one, unless RETROPAL_BUNDLER names
 * another.
 *
 * @throws {Error} when this one is too old
 */
function bundler(): string {
  const named = Deno.env.get("RETROPAL_BUNDLER");
  if (named !== undefined) return named;
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major === 2 && minor < FIRST_GOOD_MINOR) {
    throw new Error(
      `Deno ${Deno.version.deno} cannot bundle this program: RETROPAL_BUNDLER ` +
        `can name a Deno from 2.${FIRST_GOOD_MINOR} on`,
    );
  }
  return Deno.execPath();
}

/**
 * Returns the commit of the checkout, with "+" when files differ from it; ""
 * when unknown.
 */
export async function commit(): Promise<string> {
  const named = Deno.env.get("RETROPAL_COMMIT");
  if (named !== undefined) return named;
  const head = await output("git", ["rev-parse", "--short=12", "HEAD"]);
  if (head === "") return "";
  const changes = await output("git", ["status", "--porcelain"]);
  return changes === "" ? head : `${head}+`;
}

/** Returns the trimmed standard output; "" when the command fails. */
async function output(command: string, args: string[]): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args,
      cwd: ROOT,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * Writes `folder`/retropal.js and its source map. Returns the path of the
 * bundle.
 *
 * @throws {Error} when the bundler fails, after it has printed why on standard
 * error
 */
export async function bundle(folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const file = join(folder, "retropal.js");
  const { success } = await new Deno.Command(bundler(), {
    cwd: ROOT,
    args: [
      "bundle",
      "--quiet",
      "--platform",
      "deno",
      "--sourcemap=external",
      "--output",
      file,
      "main.ts",
    ],
  }).spawn().status;
  if (!success) throw new Error("the bundler failed");
  // Read by lib/version.ts. Added without a line break, so that the source map
  // stays correct.
  const build = JSON.stringify({ commit: await commit() });
  const chat = await buildBrowserClient();
  const code = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    `globalThis.retropalBuild=${build};globalThis.retropalChat=${chat};${code}`,
  );
  return file;
}
