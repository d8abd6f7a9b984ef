/**
 * Accounts in NATS's "operator mode", for tests of `.creds` files: the same as
 * the tool nsc creates.
 *
 * @module
 */
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

export interface NatsAccounts {
  /** Part of the server's configuration. */
  readonly config: string;
  /** Content of a user's `.creds` file. */
  readonly creds: string;
}

export function makeAccounts(): NatsAccounts {
  const operator = nkeys.createOperator();
  const system = nkeys.createAccount();
  const account = nkeys.createAccount();
  const user = nkeys.createUser();
  const limits = {
    ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1 },
    ...{ wildcards: true, conn: -1, leaf: -1 },
  };
  const stored = { mem_storage: -1, disk_storage: -1, streams: -1 };
  const operatorJwt = jwt(operator, operator, "operator", {
    system_account: system.getPublicKey(),
  });
  const systemJwt = jwt(operator, system, "account", { limits });
  const accountJwt = jwt(operator, account, "account", {
    limits: { ...limits, ...stored, consumer: -1 },
  });
  const userJwt = jwt(account, user, "user", { subs: -1, data: -1 });
  return {
    config: `operator: ${operatorJwt}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
  ${system.getPublicKey()}: ${systemJwt}
  ${account.getPublicKey()}: ${accountJwt}
}
`,
    creds: `-----BEGIN NATS USER JWT-----
${userJwt}
------END NATS USER JWT------

************************* IMPORTANT *************************
-----BEGIN USER NKEY SEED-----
${seedOf(user)}
------END USER NKEY SEED------
`,
  };
}

export function seedOf(pair: KeyPair): string {
  return new TextDecoder().decode(pair.getSeed());
}

function jwt(
  issuer: KeyPair,
  subject: KeyPair,
  type: string,
  claims: Record<string, unknown>,
): string {
  const part = (value: unknown) => base64url(JSON.stringify(value));
  const body = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name: `test ${type}`,
    sub: subject.getPublicKey(),
    nats: { ...claims, type, version: 2 },
  };
  const signed = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part(body)}`;
  const signature = issuer.sign(new TextEncoder().encode(signed));
  return `${signed}.${base64url(String.fromCharCode(...signature))}`;
}

function base64url(latin1: string): string {
  return btoa(latin1).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}
