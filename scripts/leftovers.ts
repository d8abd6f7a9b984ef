/**
 * Ends the child processes of a script and removes its temporary folders when
 * the script is ended by a signal or by an error. A child does not end with its
 * parent by itself.
 *
 * @module
 */
const children = new Set<Deno.ChildProcess>();
const folders = new Set<string>();
/** With the exit codes that a shell reports for them. */
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
      // It has ended.
    }
  }
  for (const folder of folders) {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // The script removed it.
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

/** Makes a temporary folder that does not outlive the script. */
export async function temporaryFolder(prefix: string): Promise<string> {
  watch();
  const folder = await Deno.makeTempDir({ prefix });
  folders.add(folder);
  return folder;
}
