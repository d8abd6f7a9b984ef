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
    const { bind } = config.server;
    const leavesElsewhere = address !== undefined && own.includes(address) &&
      bind !== "0.0.0.0" && bind !== "::" && bind !== address;
    if (!leavesElsewhere || !config.voice.udp) continue;
    findings.push(
      bad(
        "address",
        `${address} is announced, but server.bind is ${bind}: clients in UDP ` +
          "mode hear only what comes from the announced address.",
        "Listen on all addresses: `retropal config set server.bind 0.0.0.0`.",
      ),
    );
  }

  if (outside.address === undefined) {
    const allPrivate = own.every(isPrivateAddress);
    if (outsiders.length > 0 && allPrivate) {
      findings.push(
        bad(
          "address",
          `People come from outside (${
            outsiders[0]
          }), but are told an address ` +
            "of your home network for voice.",
          "Set your public address or name: `retropal config set " +
            "server.advertise HOST`.",
        ),
      );
    } else if (allPrivate) {
      findings.push(
        noteIt(
          "address",
          "Each client is told the address at which it came in" +
            `${
              own.length > 0 ? ` (${own.join(", ")})` : ""
            }; that is correct only at home.`,
          "Before friends come from outside: `retropal config set " +
            "server.advertise " +
            "YOUR.PUBLIC.ADDRESS`, and open the ports in the router.",
        ),
      );
    } else {
      findings.push(
        ok("address", "Each client is told the address at which it came in."),
      );
    }
  } else if (outside.address.startsWith("127.")) {
    findings.push(
      noteIt(
        "address",
        `${outside.address} is announced: only clients on this machine can ` +
          "hear.",
        `Set an address that others can reach: \`retropal config set server.advertise ${
          own[0] ?? "ADDRESS"
        }\`.`,
      ),
    );
  } else if (isPrivateAddress(outside.address)) {
    if (!own.includes(outside.address) && own.length > 0) {
      findings.push(
        bad(
          "address",
          `server.advertise is ${outside.address}, which this machine does ` +
            "not have " +
            `(it has ${own.join(", ")}).`,
          `Set one that it has: \`retropal config set server.advertise ${
            own[0]
          }\`.`,
        ),
      );
    } else if (outsiders.length > 0) {
      findings.push(
        bad(
          "address",
          `server.advertise is ${outside.address}, but people come from ` +
            "outside " +
            `(${outsiders[0]}) and cannot reach that.`,
          "Set your public address or name: `retropal config set " +
            "server.advertise HOST`.",
        ),
      );
    } else {
      findings.push(
        ok("address", `${outside.address} is announced, for people at home.`),
      );
    }
  } else {
    findings.push(
      ok("address", `${outside.address} is announced to people outside.`),
    );
    if (
      inside.address === undefined && !own.includes(outside.address) &&
      (insiders.length > 0 || own.some(isPrivateAddress))
    ) {
      const home = own.find(isPrivateAddress) ?? "ADDRESS";
      findings.push(
        noteIt(
          "address",
          "Clients at home are given the public address too, and many " +
            "routers do not route that back.",
          `Set the address at home as well: \`retropal config set ` +
            `server.advertise_private ${home}\`.`,
        ),
      );
    }
  }
  if (
    inside.address !== undefined && own.length > 0 &&
    !own.includes(inside.address)
  ) {
    findings.push(
      bad(
        "address",
        `server.advertise_private is ${inside.address}, which this machine ` +
          "does " +
          `not have (it has ${own.join(", ")}).`,
        `Set one that it has: \`retropal config set server.advertise_private ${
          own[0]
        }\`.`,
      ),
    );
  }
  return findings;
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
