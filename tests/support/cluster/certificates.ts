/**
 * A certificate authority for tests, and certificates that it signs (openssl).
 *
 * @module
 */
// deno-lint-ignore-file no-console -- says why tests are skipped
import { join } from "node:path";

/** Paths of PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export class TestAuthority {
  private constructor(readonly folder: string, readonly ca: Pair) {}

  /**
   * Creates an authority; undefined, with a line printed, if there is no
   * openssl.
   */
  static async make(folder: string): Promise<TestAuthority | undefined> {
    const ca = pair(folder, "ca");
    try {
      await openssl(
        "req",
        "-x509",
        ...NEW_KEY,
        "-keyout",
        ca.key,
        "-out",
        ca.cert,
        ...["-days", "2", "-subj", "/CN=Test authority"],
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      console.error("skipped: there is no openssl here");
      return undefined;
    }
    return new TestAuthority(folder, ca);
  }

  /** Issues a certificate for servers and clients. */
  async issue(name: string, alternatives = "IP:127.0.0.1"): Promise<Pair> {
    const made = pair(this.folder, name);
    const extensions = join(this.folder, `${name}.ext`);
    const request = join(this.folder, `${name}.csr`);
    await Deno.writeTextFile(
      extensions,
      `subjectAltName=${alternatives}\nbasicConstraints=CA:FALSE\n` +
        "extendedKeyUsage=serverAuth,clientAuth\n",
    );
    await openssl(
      "req",
      ...NEW_KEY,
      ...["-keyout", made.key, "-out", request, "-subj", `/CN=${name}`],
    );
    await openssl(
      "x509",
      "-req",
      ...["-in", request, "-CA", this.ca.cert, "-CAkey", this.ca.key],
      ...["-CAcreateserial", "-out", made.cert, "-days", "2"],
      ...["-extfile", extensions],
    );
    return made;
  }
}

const NEW_KEY = [
  "-newkey",
  "ec",
  "-pkeyopt",
  "ec_paramgen_curve:P-256",
  "-nodes",
];

function pair(folder: string, name: string): Pair {
  return {
    cert: join(folder, `${name}.pem`),
    key: join(folder, `${name}-key.pem`),
  };
}

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args })
    .output();
  if (success) return;
  throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
