/**
 * The JetStream stream that holds the log: its settings, and which versions of
 * nats-server may have it.
 *
 * @module
 */
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  StorageType,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";

const NANOS = 1_000_000;
const OLDEST = { major: 2, minor: 11 };
const NO_SUCH_STREAM = 10059;

export interface StreamLogOptions {
  readonly stream: string;
  readonly subject: string;
  readonly replicas: number;
  /**
   * Subject on which the server publishes announced entries; undefined for
   * none.
   */
  readonly announcedAs?: string;
  /** How long the server recognizes repeated ids. */
  readonly duplicateWindowMs?: number;
}

/**
 * Opens or creates the stream, and adds announcements to one that was created
 * without.
 *
 * @throws {Error} when nats-server is too old
 */
export async function openStream(
  connection: NatsConnection,
  options: StreamLogOptions,
): Promise<JetStreamManager> {
  const fault = versionFault(connection.info?.version ?? "");
  if (fault !== undefined) throw new Error(fault);
  const manager = await jetstreamManager(connection, { timeout: 5000 });
  const { stream, subject, replicas, duplicateWindowMs = 120_000 } = options;
  const announced = announcedSubject(options);
  const config = {
    subjects: [subject, announced],
    ...(options.announcedAs !== undefined && {
      republish: { src: announced, dest: options.announcedAs },
    }),
    num_replicas: replicas,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    duplicate_window: duplicateWindowMs * NANOS,
    allow_direct: false,
  };
  try {
    const { config: { republish } } = await manager.streams.info(stream);
    if (republish?.dest !== options.announcedAs) {
      await manager.streams.update(stream, config);
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
    await manager.streams.add({ name: stream, ...config });
  }
  return manager;
}

/** Returns the subject of entries that the server itself announces. */
export function announcedSubject({ subject }: StreamLogOptions): string {
  return `${subject}.announced`;
}

/**
 * Returns why a nats-server of this version cannot be used; undefined if it
 * can.
 */
export function versionFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const { major: most, minor: least } = OLDEST;
  if (major > most || (major === most && minor >= least)) return undefined;
  return `nats-server ${version} is too old: it takes writes of a core that ` +
    `has been replaced. Use ${most}.${least} or later.`;
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === NO_SUCH_STREAM;
}
