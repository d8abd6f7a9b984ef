/**
 * E-mail of the server.
 *
 * @module
 */
import { emailFault } from "../actions/person_text.ts";
import { deliver, isConfigured, MailError } from "../mail/smtp.ts";
import type { Store, StoredMail } from "../domain/store.ts";
import { audit, command, done, notFound, refused } from "./command.ts";
import { argument, optionalArgument } from "./field.ts";
import { columns, timeText } from "./table_text.ts";

export const mailTest = command({
  path: ["mail", "test"],
  summary: "Send a test mail",
  details:
    "Waits until the SMTP server (mail.host) has accepted it, and reports " +
    "the error if it does not.",
  examples: ["retropal mail test ann@example.org"],
  fields: { address: argument("ADDRESS", "E-mail address of the recipient.") },
  role: "superadmin",
  async run({ config }, { address }) {
    const fault = address === ""
      ? "The address is missing."
      : emailFault(address);
    if (fault !== null) throw refused(fault);
    if (!isConfigured(config)) {
      throw refused(
        "No e-mail is configured: set mail.host and mail.from, and mail.user " +
          "and mail.password if the SMTP server needs them.",
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

export const mailList = command({
  path: ["mail", "list"],
  summary: "List e-mail that waits or was refused",
  details: "Without its text, which can hold links. Mail that was refused is " +
    "listed for a week.",
  examples: ["retropal mail list"],
  fields: {},
  role: "superadmin",
  run({ store }) {
    const mails = store.mails.list();
    if (mails.length === 0) return done([], "No mail waits.");
    return done(
      mails.map(({ body: _, ...one }) => one),
      ...columns(
        ["ID", "TO", "SUBJECT", "SINCE", "TRIES", "NEXT TRY", "PROBLEM"],
        mails.map((one) => [
          String(one.id),
          one.recipient,
          one.subject,
          timeText(one.madeAt),
          String(one.tries),
          one.failedAt === null ? timeText(one.nextAt) : "never",
          one.fault,
        ]),
      ),
    );
  },
});

export const mailRetry = command({
  path: ["mail", "retry"],
  summary: "Try waiting e-mail again now",
  details: "One mail, or all that wait when no number is given.",
  examples: ["retropal mail retry", "retropal mail retry 12"],
  fields: {
    id: optionalArgument("ID", "Its number in `retropal mail list`."),
  },
  role: "superadmin",
  needsServer: true,
  run({ store, live, now }, { id }) {
    const letters = live?.letters() ?? null;
    if (letters === null) {
      throw refused("This server sends no e-mail (mail.host, mail.from).");
    }
    const one = id === undefined ? undefined : mailOf(store, id);
    if (one !== undefined && one.failedAt !== null) {
      throw refused("It was refused, and its text is no longer there.");
    }
    const count = store.mails.makeDue(now(), one?.id);
    letters.wake();
    return done(
      { count },
      count === 0
        ? "No mail waits."
        : count === 1
        ? "One mail is tried now."
        : `${count} mails are tried now.`,
    );
  },
});

export const mailRemove = command({
  path: ["mail", "remove"],
  summary: "Remove an e-mail that waits or was refused",
  examples: ["retropal mail remove 12"],
  fields: { id: argument("ID", "Its number in `retropal mail list`.") },
  role: "superadmin",
  run(context, { id }) {
    const { store } = context;
    const one = mailOf(store, id);
    store.transaction(() => {
      store.mails.remove(one.id);
      audit(context, {
        action: "mail remove",
        target: one.recipient,
        before: one.subject,
      });
    });
    return done({ id: one.id }, `Mail ${one.id} is removed.`);
  },
});

function mailOf({ mails }: Store, id: string): StoredMail {
  const found = mails.list().find((one) => String(one.id) === id.trim());
  if (found === undefined) {
    throw notFound(
      `There is no mail ${id}. \`retropal mail list\` shows all.`,
    );
  }
  return found;
}
