/**
 * The file with a gateway's number in the cluster and the last location of the
 * core.
 *
 * @module
 */
import type { CorePlace } from "./control.ts";

export interface GatewayFile {
  readonly cluster: string;
  readonly gateway: number;
  readonly core: CorePlace | null;
}

/** Reads the file; undefined if it is missing or unreadable. */
export function readGatewayFile(path: string): GatewayFile | undefined {
  try {
    const { cluster, gateway, core } = JSON.parse(Deno.readTextFileSync(path));
    if (!Number.isInteger(gateway) || gateway < 0 || gateway > 0xffff) {
      return undefined;
    }
    return { cluster: String(cluster), gateway, core: core ?? null };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

export function writeGatewayFile(path: string, file: GatewayFile): void {
  Deno.writeTextFileSync(path, `${JSON.stringify(file)}\n`, { mode: 0o600 });
}

/** Removes the file from the folder of a server with a database. */
export function removeGatewayFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
