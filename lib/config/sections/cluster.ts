/**
 * Settings for a server in a cluster (docs/clustering.md).
 *
 * @module
 */
import { choice, list, text, toggle } from "../setting.ts";

const isNatsUrl = (value: string) =>
  /^(nats|tls):\/\/[^\s/]+$/.test(value) && URL.canParse(value);

/** An address without its user and password. */
export function withoutSecret(url: string): string {
  return url.replace(/\/\/.*@/, "//");
}

export const CLUSTER = {
  role: choice(["", "core", "gateway"], {
    default: "",
    about:
      "Role in a cluster: a core, which stores the data, or a gateway, which " +
      "holds connections. Empty: a standalone server, which needs no NATS.",
    example: '"gateway"',
    desk: false,
  }),
  nats: list({
    default: [],
    check: isNatsUrl,
    mask: (url) => url.replace(/\/\/.*@/, "//(set)@"),
    allowed: 'a list of addresses like "nats://10.0.0.5:4222"',
    about: "NATS servers through which cores and gateways talk. Use tls:// " +
      "to require an encrypted connection.",
    example: '["nats://10.0.0.5:4222", "nats://10.0.0.6:4222"]',
    desk: false,
  }),
  name: text({
    default: "retropal",
    max: 32,
    check: (value) => /^[A-Za-z0-9_-]+$/.test(value),
    allowed: "1 to 32 letters, digits, - and _",
    about: "Name of the cluster. Several clusters can share NATS servers.",
    example: '"retropal"',
    desk: false,
  }),
  credentials: text({
    default: "",
    max: 1000,
    about: "File with the credentials for NATS: a .creds file, the seed of " +
      "an nkey, one line user:password, or a token. It is read again when a " +
      "connection is made.",
    example: '"/etc/retropal/nats.creds"',
    desk: false,
  }),
  tls_ca: text({
    default: "",
    max: 1000,
    about: "PEM file of the authority that signed the certificates of the " +
      "NATS servers. Empty: the authorities that the system trusts.",
    example: '"/etc/retropal/nats-ca.pem"',
    desk: false,
  }),
  tls_cert: text({
    default: "",
    max: 1000,
    about: "PEM file with this server's certificate for NATS, if NATS asks " +
      "for one.",
    example: '"/etc/retropal/nats-client.pem"',
    desk: false,
  }),
  tls_key: text({
    default: "",
    max: 1000,
    about: "PEM file with the private key of cluster.tls_cert.",
    example: '"/etc/retropal/nats-client-key.pem"',
    desk: false,
  }),
  insecure: toggle({
    default: false,
    about: "Whether NATS on another host may be used without credentials: " +
      "anybody who can reach it could then sign on as any user.",
    desk: false,
  }),
} as const;
