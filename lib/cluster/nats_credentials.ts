/**
 * Authentication between this server and NATS: credentials and certificates.
 *
 * @module
 */
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { withoutSecret } from "../config/sections/cluster.ts";
import type { Config } from "../config/config.ts";
import { NatsError } from "./nats_error.ts";

type Settings = Config["cluster"];

/** Why these settings must not be used, in a sentence; undefined: they may. */
export function natsFault(config: Config): string | undefined {
  const { role, nats, credentials, tls_cert, tls_key, insecure } =
    config.cluster;
  if (nats.length === 0) {
    return `cluster.role is "${role}", and cluster.nats names no server. For ` +
      'example: nats = ["nats://127.0.0.1:4222"]';
  }
  if ((tls_cert === "") !== (tls_key === "")) {
    return "cluster.tls_cert and cluster.tls_key belong together: give both.";
  }
  const users = new Set(nats.map(userIn).filter((user) => user !== ""));
  if (users.size > 1) {
    return "The addresses in cluster.nats have different users: one set of " +
      "credentials is used for all of them.";
  }
  if (users.size > 0 && credentials !== "") {
    return "There is a user in cluster.nats, and a file in " +
      "cluster.credentials: give one of them.";
  }
  if (insecure || credentials !== "" || tls_cert !== "") return undefined;
  const open = users.size > 0
    ? undefined
    : nats.find((url) => !isThisMachine(new URL(url).hostname));
  return open &&
    `${withoutSecret(open)} is another host and there are no credentials: ` +
      "anybody who can reach it could then sign on as any user. Set " +
      "cluster.credentials, or cluster.insecure = true in a network of your " +
      "own.";
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}

/** Returns "user:password" or a token from an address; "" if there is none. */
function userIn(url: string): string {
  const { username, password } = new URL(url);
  return password === "" ? username : `${username}:${password}`;
}

/**
 * Checks all files, so that a wrong path is reported immediately.
 *
 * @throws {NatsError}
 */
export function securityOptions({ cluster }: Config): ConnectionOptions {
  const authenticator = authenticatorOf(cluster);
  const { nats, tls_ca, tls_cert, tls_key } = cluster;
  const files = { tls_ca, tls_cert, tls_key };
  for (const [name, path] of Object.entries(files)) {
    if (path !== "") readFile(`cluster.${name}`, path);
  }
  const mustBeTls = tls_ca !== "" || tls_cert !== "" ||
    nats.some((url) => url.startsWith("tls:"));
  return {
    ...(authenticator && { authenticator }),
    ...(mustBeTls && {
      tls: {
        ...(tls_ca !== "" && { caFile: tls_ca }),
        ...(tls_cert !== "" && { certFile: tls_cert, keyFile: tls_key }),
      },
    }),
  };
}

/**
 * Reads the file again for each connection, because credentials may be renewed.
 */
function authenticatorOf(
  { nats, credentials: path }: Settings,
): Authenticator | undefined {
  if (path === "") {
    const user = nats.map(userIn).find((one) => one !== "");
    return user === undefined ? undefined : plain(user, unescaped);
  }
  const read = () => authenticatorIn(readFile("cluster.credentials", path));
  let latest = read();
  return (nonce) => {
    try {
      latest = read();
    } catch {
      // The file is being replaced; an error here would end the connection
      // permanently.
    }
    return latest(nonce);
  };
}

function authenticatorIn(bytes: Uint8Array): Authenticator {
  const text = new TextDecoder().decode(bytes).trim();
  if (text === "") throw new NatsError("cluster.credentials: no content.");
  if (text.includes("BEGIN NATS USER JWT")) {
    return checked(credsAuthenticator(bytes));
  }
  if (/^SU[A-Z2-7]{56}$/.test(text)) {
    return checked(nkeyAuthenticator(new TextEncoder().encode(text)));
  }
  return plain(text, (part) => part);
}

/** Reports a damaged key immediately, with the name of the setting. */
function checked(authenticator: Authenticator): Authenticator {
  try {
    authenticator("nonce");
  } catch {
    throw new NatsError(
      "cluster.credentials: the keys in that file are damaged.",
    );
  }
  return authenticator;
}

function plain(
  text: string,
  decode: (part: string) => string,
): Authenticator {
  const colon = text.indexOf(":");
  return colon < 0
    ? tokenAuthenticator(decode(text))
    : usernamePasswordAuthenticator(
      decode(text.slice(0, colon)),
      decode(text.slice(colon + 1)),
    );
}

/** @throws {NatsError} */
function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new NatsError("cluster.nats: a % in the password must be %25.");
  }
}

/** @throws {NatsError} */
function readFile(setting: string, path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    throw new NatsError(
      `${setting}: ${path} cannot be read (${
        error instanceof Error ? error.message : error
      }).`,
    );
  }
}

/**
 * Returns advice for an error that a retry cannot fix; undefined if NATS may
 * only be unavailable.
 */
export function refusal(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : `${error}`;
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  if (/authorization violation|authentication expired/i.test(text)) {
    return "it does not accept these credentials. Correct cluster.credentials.";
  }
  if (/does not support 'tls'/.test(text)) {
    return "it offers no encryption, and tls:// or a certificate is set. " +
      "Give nats-server a certificate, or use nats://.";
  }
  if (/InvalidContentType|corrupt message/i.test(text)) {
    return "it does not begin with encryption, as certificates of its clients " +
      "need. Set handshake_first: auto in the tls section of nats-server.";
  }
  if (/certificate ?required|bad ?certificate/i.test(text)) {
    return "it asks for another certificate of this server. Set " +
      "cluster.tls_cert and cluster.tls_key.";
  }
  if (/certificate|CERT_|self.signed|UnknownIssuer/i.test(text + code)) {
    return `its certificate is not trusted (${text}). Name its authority in ` +
      "cluster.tls_ca, and use the host name that the certificate has.";
  }
  return undefined;
}
