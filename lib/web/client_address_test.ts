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

Deno.test("clientOrigin() believes nobody whom the host has not named", () => {
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

Deno.test("clientOrigin() takes the last hop that is no trusted proxy", () => {
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

Deno.test("clientOrigin() stays with the proxy when the header is nonsense", () => {
  for (const header of ["", "unknown", "<script>", "1.2.3", ","]) {
    deepEqual(from("10.0.0.1", header, ["10.0.0.1"]).address, "10.0.0.1");
  }
  deepEqual(from("10.0.0.1", null, ["10.0.0.1"]).address, "10.0.0.1");
});
