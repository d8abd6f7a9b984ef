/**
 * The settings of the chat port in the form that the network layer takes.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { AcceptorLimits } from "../net/acceptor.ts";

/** Burst of new connections after a pause, in seconds of the permitted rate. */
const BURST_SECONDS = 10;

export function acceptorLimits(limits: Config["limits"]): AcceptorLimits {
  return {
    total: limits.connections_total,
    perHost: limits.connections_per_address,
    perNetwork: limits.connections_per_network,
    newPerSecond: limits.new_connections_per_second,
    newBurst: BURST_SECONDS * limits.new_connections_per_second,
  };
}
