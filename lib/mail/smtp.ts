/**
 * Sends one e-mail by SMTP. The only place that knows nodemailer, which is
 * loaded when the first mail goes out.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Mail } from "../ops/letters.ts";

/** Time for each step of a delivery. */
const STEP_MS = 10_000;

export class MailError extends Error {
  override name = "MailError";
  constructor(
    message: string,
    /** Trying again later may help. */
    readonly isTemporary: boolean,
  ) {
    super(message);
  }
}

/** Whether the host has said how e-mail is sent. */
export function isConfigured({ mail }: Pick<Config, "mail">): boolean {
  return mail.host !== "" && mail.from !== "";
}

/** Resolves when the SMTP server has accepted the mail. Throws MailError. */
export async function deliver(
  { mail: settings, server }: Pick<Config, "mail" | "server">,
  mail: Mail,
): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const { host, port, tls, user, password, from } = settings;
  const transport = createTransport({
    host,
    port,
    secure: tls === "tls",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "off",
    ...(user !== "" && { auth: { user, pass: password } }),
    tls: await authority(settings.ca),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    dnsTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: { name: server.name, address: from },
      to: { name: "", address: mail.to },
      subject: mail.subject,
      text: mail.text,
      // Nobody is on holiday for a machine (RFC 3834).
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    throw mailError(error, `${host}:${port}`);
  } finally {
    transport.close();
  }
}

async function authority(path: string): Promise<{ ca?: string }> {
  if (path === "") return {};
  try {
    return { ca: await Deno.readTextFile(path) };
  } catch (error) {
    throw new MailError(
      `mail.ca cannot be read: ${(error as Error).message}`,
      true,
    );
  }
}

function mailError(error: unknown, where: string): MailError {
  const { message, code, responseCode } = error as {
    message: string;
    code?: string;
    responseCode?: number;
  };
  // The host can correct a wrong password, so the mail is kept.
  const isFinal = responseCode !== undefined && responseCode >= 500 &&
    code !== "EAUTH";
  const first = message.split("\n")[0]?.slice(0, 300) ?? "";
  const hint = code === "EAUTH"
    ? " Check mail.user and mail.password."
    : code === "ETLS" ||
        /certificate|STARTTLS|corrupt message|ssl|write UNKNOWN/i.test(message)
    ? " Check mail.tls, mail.port and mail.ca."
    : "";
  return new MailError(`${where}: ${first}${hint}`, !isFinal);
}
