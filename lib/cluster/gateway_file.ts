/**
 * The file that a gateway keeps in its folder: its number in the cluster, and
 * where the core was last.
 *
 * @module
 */
import type { CorePlace } from "./control.ts";

export interface GatewayFile {
  readonly cluster: string;
  readonly gateway: number;
  readonly core: CorePlace | null;
}

/** Undefined when there is none, or none that can be read. */
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

/** The folder is one of a server that stores. */
export function removeGatewayFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
