/**
 * Compares the announced voice address with the machine's addresses and with
 * the addresses of connected clients.
 *
 * @module
 */
import type { SessionInfo } from "../../ops/live.ts";
import type { Config } from "../../config/config.ts";
import { isPrivateAddress } from "../../net/networks.ts";
import { resolveIPv4 } from "../../net/resolve.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

export async function checkAddress(
  config: Config,
  own: readonly string[],
  sessions: readonly SessionInfo[],
): Promise<Finding[]> {
  const { advertise, advertise_private } = config.server;
  const outsiders = sessions
    .filter((one) => !isPrivateAddress(one.address))
    .map((one) => one.address);
  const insiders = sessions.filter((one) => isPrivateAddress(one.address));
  const findings: Finding[] = [];

  const outside = await resolve("server.advertise", advertise);
  const inside = await resolve("server.advertise_private", advertise_private);
  for (const one of [outside, inside]) {
    if (one.finding) findings.push(one.finding);
  }
  for (const { address } of [outside, inside]) {
    findings.push(...checkSource(config, own, address));
  }
  if (outside.address === undefined) {
    findings.push(checkUnset(own, outsiders));
  } else if (outside.address.startsWith("127.")) {
    findings.push(
      noteIt(
        "address",
        `${outside.address} is announced: only clients on this machine can hear.`,
        `Set an address that others can reach: \`retropal config set server.advertise ${
          own[0] ?? "ADDRESS"
        }\`.`,
      ),
    );
  } else if (isPrivateAddress(outside.address)) {
    findings.push(checkPrivate(outside.address, own, outsiders));
  } else {
    findings.push(
      ok("address", `${outside.address} is announced to people outside.`),
    );
    if (
      inside.address === undefined && !own.includes(outside.address) &&
      (insiders.length > 0 || own.some(isPrivateAddress))
    ) findings.push(homeToo(own));
  }
  if (inside.address !== undefined) {
    findings.push(...checkInside(inside.address, own));
  }
  return findings;
}

/** Checks that datagrams leave from the address that is announced. */
function checkSource(
  { server: { bind }, voice }: Config,
  own: readonly string[],
  address: string | undefined,
): Finding[] {
  const leavesElsewhere = address !== undefined && own.includes(address) &&
    bind !== "0.0.0.0" && bind !== "::" && bind !== address;
  if (!leavesElsewhere || !voice.udp) return [];
  return [
    bad(
      "address",
      `${address} is announced, but server.bind is ${bind}: clients in UDP ` +
        "mode hear only what comes from the announced address.",
      "Listen on all addresses: `retropal config set server.bind 0.0.0.0`.",
    ),
  ];
}

/** Checks a server that announces no address of its own. */
function checkUnset(
  own: readonly string[],
  outsiders: readonly string[],
): Finding {
  if (!own.every(isPrivateAddress)) {
    return ok(
      "address",
      "Each client is told the address at which it came in.",
    );
  }
  if (outsiders.length > 0) {
    return bad(
      "address",
      `People come from outside (${outsiders[0]}), but are told an address ` +
        "of your home network for voice.",
      "Set your public address or name: `retropal config set server.advertise HOST`.",
    );
  }
  return noteIt(
    "address",
    "Each client is told the address at which it came in" +
      `${
        own.length > 0 ? ` (${own.join(", ")})` : ""
      }; that is correct only at home.`,
    "Before friends come from outside: `retropal config set server.advertise " +
      "YOUR.PUBLIC.ADDRESS`, and open the ports in the router.",
  );
}

function checkPrivate(
  address: string,
  own: readonly string[],
  outsiders: readonly string[],
): Finding {
  if (!own.includes(address) && own.length > 0) {
    return bad(
      "address",
      `server.advertise is ${address}, which this machine does not have ` +
        `(it has ${own.join(", ")}).`,
      `Set one that it has: \`retropal config set server.advertise ${
        own[0]
      }\`.`,
    );
  }
  if (outsiders.length > 0) {
    return bad(
      "address",
      `server.advertise is ${address}, but people come from outside ` +
        `(${outsiders[0]}) and cannot reach that.`,
      "Set your public address or name: `retropal config set server.advertise HOST`.",
    );
  }
  return ok("address", `${address} is announced, for people at home.`);
}

function homeToo(own: readonly string[]): Finding {
  const home = own.find(isPrivateAddress) ?? "ADDRESS";
  return noteIt(
    "address",
    "Clients at home are given the public address too, and many routers do " +
      "not route that back.",
    `Set the address at home as well: \`retropal config set server.advertise_private ${home}\`.`,
  );
}

function checkInside(address: string, own: readonly string[]): Finding[] {
  if (own.length === 0 || own.includes(address)) return [];
  return [
    bad(
      "address",
      `server.advertise_private is ${address}, which this machine does ` +
        `not have (it has ${own.join(", ")}).`,
      `Set one that it has: \`retropal config set server.advertise_private ${
        own[0]
      }\`.`,
    ),
  ];
}

async function resolve(
  key: string,
  host: string,
): Promise<{ address?: string; finding?: Finding }> {
  try {
    const address = await resolveIPv4(host);
    return address === undefined ? {} : { address };
  } catch {
    return {
      finding: bad(
        "address",
        `${key} is ${host}, which has no IPv4 address.`,
        "The old client supports only IPv4: correct the name, or use an " +
          "address.",
      ),
    };
  }
}
