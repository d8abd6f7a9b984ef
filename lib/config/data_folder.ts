/**
 * Where things are in the data folder. This is the only place that knows.
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
  /** Certificates and private keys of the pages. */
  readonly tls: string;
  /** Held by the process that may write the database. */
  readonly lock: string;
  /** Unix socket to the running server. */
  readonly controlSocket: string;
  /** Where a service leaves the first password of its owner. */
  readonly ownerPassword: string;
  /** Files that wait for their receivers (files.drop). */
  readonly drops: string;
  /** What a server leaves to the one that takes its place. */
  readonly handover: string;
  /** What a gateway knows of its cluster; it has no database. */
  readonly gateway: string;
  /** What a core knows of its cluster. */
  readonly core: string;
  /** Where there is no socket: port and token of the running server. */
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
