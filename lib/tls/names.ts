/**
 * Host names and addresses in certificates.
 *
 * @module
 */
import { isIPv4, normalAddress } from "../net/networks.ts";
import { type Bytes, tagged } from "./der.ts";

/** Context tags of GeneralName. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Encodes a GeneralName; with `mask`, one of a name constraint. */
export function generalName(name: string, mask = false): Bytes {
  const address = addressBytes(name);
  if (address === undefined) {
    return tagged(DNS_NAME, new TextEncoder().encode(name));
  }
  const whole = new Uint8Array(address.length).fill(0xff);
  return mask
    ? tagged(IP_ADDRESS, address, whole)
    : tagged(IP_ADDRESS, address);
}

/** Returns the name or address of a GeneralName of these two kinds. */
export function nameOf(tag: number, content: Uint8Array): string | undefined {
  if (tag === DNS_NAME) return new TextDecoder().decode(content).toLowerCase();
  if (tag !== IP_ADDRESS) return undefined;
  // An address in a name constraint is followed by a mask.
  const length = content.length % 16 === 0 ? 16 : 4;
  const bytes = [...content.subarray(0, length)];
  if (length === 4) return bytes.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16),
  );
  return normalAddress(groups.join(":")) ?? undefined;
}

function addressBytes(name: string): Bytes | undefined {
  const address = normalAddress(name);
  if (address === null) return undefined;
  if (isIPv4(address)) return Uint8Array.from(address.split(".").map(Number));
  const [before = "", after] = address.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = Array.from(
    { length: 8 - head.length - tail.length },
    () => "0",
  );
  const groups = [...head, ...(after === undefined ? [] : zeros), ...tail];
  return Uint8Array.from(groups.flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  }));
}

/** Returns whether a certificate for `names` is valid for `host`. */
export function covers(names: readonly string[], host: string): boolean {
  const wanted = normalAddress(host.replace(/^\[|\]$/g, "")) ??
    host.toLowerCase();
  const parent = wanted.slice(wanted.indexOf("."));
  return names.some((name) =>
    name === wanted || (name.startsWith("*.") && name.slice(1) === parent)
  );
}
