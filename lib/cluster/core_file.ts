/**
 * The file with a core's name in the cluster and the name of the last leader.
 * Commands read it to tell the user where they can be run.
 *
 * @module
 */
export interface CoreFile {
  readonly cluster: string;
  readonly name: string;
  /** Name of the leading core; "" for none. */
  readonly leader: string;
}

/** Reads the file; undefined if it is missing or unreadable. */
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

/** Removes the file from the folder of a standalone server or a gateway. */
export function removeCoreFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
