/**
 * Ends the child processes of a script and removes its temporary folders when a
 * signal or an error ends the script. Children do not end with their parent by
 * themselves.
 *
 * @module
 */
const children = new Set<Deno.ChildProcess>();
const folders = new Set<string>();
/** Exit codes by signal, as a shell reports them. */
const SIGNALS: Partial<Record<Deno.Signal, number>> = {
  SIGINT: 130,
  ...(Deno.build.os !== "windows" && { SIGHUP: 129, SIGTERM: 143 }),
};
let watching = false;

function clear(): void {
  for (const child of children) {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has already ended.
    }
  }
  for (const folder of folders) {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // The script has already removed it.
    }
  }
}

function watch(): void {
  if (watching) return;
  watching = true;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    Deno.addSignalListener(signal as Deno.Signal, () => {
      clear();
      Deno.exit(code);
    });
  }
  globalThis.addEventListener("error", clear);
  globalThis.addEventListener("unhandledrejection", clear);
  globalThis.addEventListener("unload", clear);
}

/** Registers a child process; returns it. */
export function endsWithScript(child: Deno.ChildProcess): Deno.ChildProcess {
  watch();
  children.add(child);
  child.status.then(() => children.delete(child));
  return child;
}

/** Creates a temporary folder that is removed at the end of the script. */
export async function temporaryFolder(prefix: string): Promise<string> {
  watch();
  const folder = await Deno.makeTempDir({ prefix });
  folders.add(folder);
  return folder;
}
