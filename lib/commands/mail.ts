/**
 * E-mail of the server.
 *
 * @module
 */
import { emailFault } from "../actions/person_text.ts";
import { deliver, isConfigured, MailError } from "../mail/smtp.ts";
import { command, done, refused } from "./command.ts";
import { argument } from "./field.ts";

export const mailTest = command({
  path: ["mail", "test"],
  summary: "Send a test mail",
  details:
    "Waits until the SMTP server (mail.host) has accepted it, and says " +
    "what is wrong when it does not.",
  examples: ["retropal mail test ann@example.org"],
  fields: { address: argument("ADDRESS", "Where to send it.") },
  role: "superadmin",
  async run({ config }, { address }) {
    const fault = address === "" ? "Give an address." : emailFault(address);
    if (fault !== null) throw refused(fault);
    if (!isConfigured(config)) {
      throw refused(
        "No e-mail is configured: set mail.host and mail.from, and mail.user " +
          "and mail.password if the SMTP server wants them.",
      );
    }
    try {
      await deliver(config, {
        to: address,
        subject: `Test mail from ${config.server.name}`,
        text: "This server can send e-mail.\n",
      });
    } catch (error) {
      if (error instanceof MailError) throw refused(error.message);
      throw error;
    }
    return done(
      { address },
      `${config.mail.host} has accepted a mail to ${address}.`,
    );
  },
});
