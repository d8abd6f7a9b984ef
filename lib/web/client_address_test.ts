import { deepEqual } from "node:assert/strict";
import { clientOrigin } from "./client_address.ts";

const from = (
  peer: string,
  forwarded: string | null,
  trusted: string[],
  proto?: string,
) =>
  clientOrigin(
    peer,
    new Headers({
      ...(forwarded !== null && { "x-forwarded-for": forwarded }),
      ...(proto && { "x-forwarded-proto": proto }),
    }),
    trusted,
  );

Deno.test("clientOrigin() trusts only proxies that the host has named", () => {
  deepEqual(from("203.0.113.9", "127.0.0.1", [], "https"), {
    address: "203.0.113.9",
    https: false,
    masked: true,
  });
  deepEqual(from("::ffff:203.0.113.9", "10.0.0.1", ["10.0.0.0/8"]), {
    address: "203.0.113.9",
    https: false,
    masked: true,
  });
});

Deno.test("clientOrigin() returns the last hop that is not a trusted proxy", () => {
  const trusted = ["10.0.0.1", "10.0.0.2"];
  deepEqual(from("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", trusted), {
    address: "203.0.113.9",
    https: false,
    masked: false,
  });
  deepEqual(from("10.0.0.1", "203.0.113.9", trusted, "https"), {
    address: "203.0.113.9",
    https: true,
    masked: false,
  });
});

Deno.test("clientOrigin() reads ports, brackets, quotes and zones", () => {
  for (
    const [entry, address] of [
      ["203.0.113.9:40000", "203.0.113.9"],
      ['"203.0.113.9:40000"', "203.0.113.9"],
      ["[2001:db8::9]", "2001:db8::9"],
      ["[2001:DB8::9]:443", "2001:db8::9"],
      ['"[2001:db8::9]:443"', "2001:db8::9"],
      ["2001:db8::9", "2001:db8::9"],
      ["fe80::1%eth0", "fe80::1"],
      ["[::ffff:203.0.113.9]:1", "203.0.113.9"],
      [" 203.0.113.9 ", "203.0.113.9"],
    ] as const
  ) {
    deepEqual(from("10.0.0.1", entry, ["10.0.0.1"]), {
      address,
      https: false,
      masked: false,
    }, entry);
  }
});

Deno.test("clientOrigin() never mistakes a client for the proxy", () => {
  const unknown = { address: "unknown", https: false, masked: true };
  for (
    const header of [
      "",
      "unknown",
      "_hidden",
      "<script>",
      "1.2.3",
      ",",
      "203.0.113.9:",
      "203.0.113.9:400000",
      "[203.0.113.9]",
      "[2001:db8::9",
      '"203.0.113.9',
      "for=203.0.113.9",
      "127.0.0.1 evil",
      "1.1.1.1, garbage",
      "garbage, 10.0.0.1",
    ]
  ) deepEqual(from("10.0.0.1", header, ["10.0.0.1"]), unknown, header);
  const other = new Headers({ forwarded: "for=203.0.113.9" });
  deepEqual(clientOrigin("10.0.0.1", other, ["10.0.0.1"]), unknown);
});

Deno.test("clientOrigin() is the proxy's machine when no header was added", () => {
  deepEqual(from("10.0.0.1", null, ["10.0.0.1"]), {
    address: "10.0.0.1",
    https: false,
    masked: false,
  });
});
