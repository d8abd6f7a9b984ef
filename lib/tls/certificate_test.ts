import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { makeCertificate, newKey } from "./certificate.ts";
import { keyFits, readCertificate } from "./read_certificate.ts";
import { covers } from "./names.ts";

const DAY = 86_400_000;
const from = new Date(Date.now() - DAY);
const until = new Date(Date.now() + 90 * DAY);
const NAMES = ["localhost", "chat.example.org", "127.0.0.1", "::1"];

function authority(permitted: readonly string[]) {
  const key = newKey();
  const certificate = makeCertificate({
    subject: "Test authority",
    names: permitted,
    from,
    until,
    key,
    kind: "authority",
  });
  return { certificate, key };
}

/** Connects by TLS as a client that trusts `trusted` alone. */
async function handshake(
  server: { certificate: string; key: string },
  trusted: string,
  hostname: string,
): Promise<void> {
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: server.certificate,
    key: server.key,
  });
  const accepted = listener.accept().then(async (conn) => {
    await conn.handshake().catch(() => {});
    conn.close();
  });
  try {
    const tcp = await Deno.connect({
      hostname: "127.0.0.1",
      port: (listener.addr as Deno.NetAddr).port,
    });
    const conn = await Deno.startTls(tcp, { hostname, caCerts: [trusted] });
    try {
      await conn.handshake();
    } finally {
      conn.close();
    }
  } finally {
    await accepted;
    listener.close();
  }
}

function leaf(
  names: readonly string[],
  issuer: { certificate: string; key: string },
) {
  const key = newKey();
  const certificate = makeCertificate({
    subject: "Test server",
    names,
    from,
    until,
    key,
    kind: "server",
    issuer,
  });
  return { certificate, key };
}

Deno.test("a certificate reads back as it was made", () => {
  const key = newKey();
  const text = makeCertificate({
    subject: "Grandma's Kitchen",
    names: NAMES,
    from,
    until,
    key,
    kind: "server",
  });
  const info = readCertificate(text);
  deepEqual(info.names, NAMES);
  deepEqual(info.permitted, []);
  equal(info.subject, "Grandma's Kitchen");
  equal(Math.floor(until.getTime() / 1000), info.until.getTime() / 1000);
  ok(info.selfIssued);
  match(info.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  ok(keyFits(text, key));
  ok(!keyFits(text, newKey()));
});

Deno.test("clients trust what the authority signs for its own names", async () => {
  const issuer = authority(NAMES);
  deepEqual(readCertificate(issuer.certificate).permitted, NAMES);
  const server = leaf(NAMES, issuer);
  await handshake(server, issuer.certificate, "localhost");
  await handshake(server, issuer.certificate, "chat.example.org");
  await handshake(server, issuer.certificate, "127.0.0.1");
});

Deno.test("clients refuse what the authority signs for other names", async () => {
  const issuer = authority(NAMES);
  for (const name of ["bank.example.com", "192.0.2.1", "2001:db8::1"]) {
    const server = leaf([name], issuer);
    await rejects(
      handshake(server, issuer.certificate, name),
      /NameConstraint/,
      name,
    );
  }
});

Deno.test("clients refuse a name that the certificate does not have", async () => {
  const issuer = authority(NAMES);
  const server = leaf(["localhost"], issuer);
  await rejects(
    handshake(server, issuer.certificate, "chat.example.org"),
    /NotValidForName|not valid for name/i,
  );
});

Deno.test("covers: names, addresses, wildcards for one label", () => {
  const names = ["chat.example.org", "*.friends.example", "::1", "10.0.0.1"];
  for (
    const host of ["Chat.example.org", "a.friends.example", "[::1]", "10.0.0.1"]
  ) ok(covers(names, host), host);
  for (const host of ["friends.example", "a.b.friends.example", "10.0.0.2"]) {
    ok(!covers(names, host), host);
  }
});
