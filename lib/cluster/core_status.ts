/**
 * Status of a core and its gateways.
 *
 * @module
 */
export interface GatewayStatus {
  readonly gateway: number;
  readonly host: string;
  readonly chat: string;
  readonly voice: string;
  readonly connections: number;
}

export interface CoreStatus {
  /** Host and data folder. */
  readonly name: string;
  readonly version: string;
  readonly leads: boolean;
  /** Number of the current term; 0 for a standby core. */
  readonly term: number;
  /** Last log entry in its copy; null while the copy is being made. */
  readonly entry: number | null;
  /** Why the core currently could not lead. */
  readonly fault: string | null;
  /** Number of users online; only of the leader. */
  readonly online?: number;
  readonly gateways?: readonly GatewayStatus[];
}
