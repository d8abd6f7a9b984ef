/**
 * Paths in the data folder. No other module knows them.
 *
 * @module
 */
import { join } from "node:path";

export interface DataFolder {
  readonly path: string;
  readonly database: string;
  readonly config: string;
  readonly logs: string;
  readonly logFile: string;
  readonly backups: string;
  /** Folder of certificates and private keys for the pages. */
  readonly tls: string;
  /** Locked by the process that writes the database. */
  readonly lock: string;
  /** Unix socket of the running server. */
  readonly controlSocket: string;
  /**
   * File in which a service leaves the initial password of the owner's account.
   */
  readonly ownerPassword: string;
  /** Files that wait for their receivers (files.drop). */
  readonly drops: string;
  /** State that a server hands over to its successor. */
  readonly handover: string;
  /** State of a gateway, which has no database. */
  readonly gateway: string;
  /** State of a core in a cluster. */
  readonly core: string;
  /** Port and token of the running server, on systems without Unix sockets. */
  readonly controlToken: string;
}

export function dataFolder(path: string): DataFolder {
  return {
    path,
    database: join(path, "retropal.db"),
    config: join(path, "retropal.toml"),
    logs: join(path, "logs"),
    logFile: join(path, "logs", "retropal.log"),
    backups: join(path, "backups"),
    tls: join(path, "tls"),
    lock: join(path, "retropal.lock"),
    controlSocket: join(path, "control.sock"),
    ownerPassword: join(path, "owner-password.txt"),
    drops: join(path, "drops"),
    handover: join(path, "handover.json"),
    gateway: join(path, "gateway.json"),
    core: join(path, "core.json"),
    controlToken: join(path, "control.json"),
  };
}
