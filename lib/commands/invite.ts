/**
 * Invite codes, for registration when it is "invite".
 *
 * @module
 */
import { audit, command, done, notFound } from "./command.ts";
import { argument, durationOption, numberOption } from "./field.ts";
import { columns, timeText } from "./table_text.ts";

/** Without the letters and digits that look alike. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

function randomCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  // 32 letters: every byte has an even chance.
  const code = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join(
    "",
  );
  return code.replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
}

export const inviteAdd = command({
  path: ["invite", "add"],
  summary: "Make an invite code",
  details: "Prints the code. Anybody with it can register once (or --uses " +
    'times) while auth.registration is "invite".',
  examples: ["retropal invite add", "retropal invite add --uses 5 --for 7d"],
  fields: {
    uses: numberOption("N", "How many people may use it; 1 when not given.", {
      min: 1,
      max: 10_000,
    }),
    for: durationOption("For how long; 30d when not given."),
  },
  startsData: true,
  role: "admin",
  run(context, input) {
    const now = context.now();
    const lasts = input.for === undefined ? 30 * 86_400_000 : input.for;
    const invite = {
      code: randomCode(),
      usesLeft: input.uses ?? 1,
      createdBy: context.actor.name,
      createdAt: now,
      expiresAt: lasts === null ? null : now + lasts,
    };
    context.store.transaction(() => {
      context.store.inviteCodes.add(invite);
      audit(context, {
        action: "invite add",
        target: invite.code,
        after: { uses: invite.usesLeft, expiresAt: invite.expiresAt },
      });
    });
    return done(invite, invite.code);
  },
});

export const inviteList = command({
  path: ["invite", "list"],
  summary: "List the invite codes that can still be used",
  examples: ["retropal invite list"],
  fields: {},
  role: "admin",
  run(context) {
    const codes = context.store.inviteCodes.list(context.now());
    return done(
      codes,
      ...columns(
        ["CODE", "USES LEFT", "UNTIL", "BY"],
        codes.map((one) => [
          one.code,
          String(one.usesLeft),
          one.expiresAt === null ? "permanently" : timeText(one.expiresAt),
          one.createdBy,
        ]),
      ),
    );
  },
});

export const inviteRemove = command({
  path: ["invite", "remove"],
  summary: "Make an invite code useless",
  examples: ["retropal invite remove ABCD-EFGH-JKLM"],
  fields: { code: argument("CODE", "The code.") },
  role: "admin",
  run(context, input) {
    context.store.transaction(() => {
      if (!context.store.inviteCodes.remove(input.code)) {
        throw notFound(
          `There is no invite code "${input.code}". \`retropal invite list\` shows them all.`,
        );
      }
      audit(context, { action: "invite remove", target: input.code });
    });
    return done({ code: input.code }, `${input.code} is useless now.`);
  },
});
