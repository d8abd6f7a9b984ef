/**
 * What a core tells of itself and its gateways.
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
  /** Its host and data folder. */
  readonly name: string;
  readonly version: string;
  readonly leads: boolean;
  /** Number of its term; 0 for a core that stands by. */
  readonly term: number;
  /** The last entry of the log that it has; null while a copy is made. */
  readonly entry: number | null;
  /** Why it could not lead at the moment. */
  readonly fault: string | null;
  /** Only of the core that leads. */
  readonly online?: number;
  readonly gateways?: readonly GatewayStatus[];
}
