/**
 * The file that a core keeps in its folder: its name in the cluster, and which
 * core led last. Commands read it to say where they can be run.
 *
 * @module
 */
export interface CoreFile {
  readonly cluster: string;
  readonly name: string;
  /** The name of the core that leads; "" while none does. */
  readonly leader: string;
}

/** Undefined when there is none, or none that can be read. */
export function readCoreFile(path: string): CoreFile | undefined {
  try {
    const { cluster, name, leader } = JSON.parse(Deno.readTextFileSync(path));
    return {
      cluster: String(cluster),
      name: String(name),
      leader: String(leader),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

export function writeCoreFile(path: string, file: CoreFile): void {
  const draft = `${path}.new`;
  Deno.writeTextFileSync(draft, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  Deno.renameSync(draft, path);
}

/** The folder is one of a server on its own, or of a gateway. */
export function removeCoreFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
