/**
 * Invite codes, for registration by invitation, and invitation links, which are
 * always valid.
 *
 * @module
 */
import { audit, command, done, notFound } from "./command.ts";
import { argument, durationOption, numberOption } from "./field.ts";
import { columns, timeText } from "./table_text.ts";
import { option } from "./field.ts";
import { openRoom, storedRoom } from "./find.ts";
import { publicOrigin } from "./public_origin.ts";
import type { Context } from "./command.ts";
import type { InviteCode } from "../domain/store.ts";
import { renderUnicodeCompact } from "uqr";

/** The alphabet of codes, without letters and digits that look alike. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Length of a link's code: 130 bits, which cannot be guessed. */
const LINK_LETTERS = 26;
/** Links are never typed, so this many characters identify one. */
const SHORT_LETTERS = 6;

function randomLetters(count: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  // There are 32 letters, so every one of them is equally likely.
  return [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}

function randomCode(): string {
  return randomLetters(12).replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
}

/** Returns the address of an invitation. */
export function inviteUrl(
  { config, live }: Pick<Context, "config" | "live">,
  code: string,
): string {
  return `${publicOrigin(config, live?.status().endpoints)}/invite/${code}`;
}

export const inviteAdd = command({
  path: ["invite", "add"],
  summary: "Create an invite code",
  details: "Prints the code. Anybody with it can register once (or --uses " +
    'times) while auth.registration is "invite".',
  examples: ["retropal invite add", "retropal invite add --uses 5 --for 7d"],
  fields: {
    uses: numberOption("N", "Maximum number of users; default: 1.", {
      min: 1,
      max: 10_000,
    }),
    for: durationOption("Validity; default: 30d."),
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
      link: false,
      room: null,
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

export const inviteLink = command({
  path: ["invite", "link"],
  summary: "Create an invitation link with a QR code",
  details:
    "Prints an address. People who open it choose a nickname and a password " +
    "and enter the room, even while registration is closed. The number of " +
    "uses is limited and the link expires; `invite remove` revokes it.",
  examples: [
    "retropal invite link",
    'retropal invite link --room "Lobby" --uses 10 --for 7d',
  ],
  fields: {
    room: option("ROOM", "Number or name of the room that it leads to."),
    uses: numberOption("N", "Maximum number of users; default: 1.", {
      min: 1,
      max: 10_000,
    }),
    for: durationOption("Validity; default: 7d."),
  },
  startsData: true,
  role: "admin",
  run(context, input) {
    const now = context.now();
    const lasts = input.for === undefined ? 7 * 86_400_000 : input.for;
    const room = input.room === undefined
      ? null
      : roomNumber(context, input.room);
    const invite: InviteCode = {
      code: randomLetters(LINK_LETTERS),
      usesLeft: input.uses ?? 1,
      createdBy: context.actor.name,
      createdAt: now,
      expiresAt: lasts === null ? null : now + lasts,
      link: true,
      room,
    };
    context.store.transaction(() => {
      context.store.inviteCodes.add(invite);
      audit(context, {
        action: "invite link",
        target: shortCode(invite.code),
        after: { uses: invite.usesLeft, expiresAt: invite.expiresAt, room },
      });
    });
    const url = inviteUrl(context, invite.code);
    return done(
      { ...invite, url },
      url,
      ...renderUnicodeCompact(url, { border: 2 }).split("\n"),
    );
  },
});

function roomNumber({ store, live }: Context, text: string): number {
  const gid = storedRoom(store, text)?.gid ?? openRoom(live, text)?.gid;
  if (gid !== undefined) return gid;
  throw notFound(
    `There is no room "${text}". \`retropal room list\` shows them all.`,
  );
}

/**
 * Returns enough of a link to recognise it in lists and the audit log, but not
 * to use it.
 */
function shortCode(code: string): string {
  return code.length === LINK_LETTERS
    ? `${code.slice(0, SHORT_LETTERS)}…`
    : code;
}

export const inviteList = command({
  path: ["invite", "list"],
  summary: "List the invite codes and links that can still be used",
  examples: ["retropal invite list"],
  fields: {},
  role: "admin",
  run(context) {
    const codes = context.store.inviteCodes.list(context.now());
    return done(
      codes,
      ...columns(
        ["CODE", "KIND", "ROOM", "USES LEFT", "UNTIL", "BY"],
        codes.map((one) => [
          one.code,
          one.link ? "link" : "code",
          one.room === null ? "" : String(one.room),
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
  summary: "Revoke an invite code or an invitation link",
  examples: ["retropal invite remove ABCD-EFGH-JKLM"],
  fields: { code: argument("CODE", "The code, or the whole link.") },
  role: "admin",
  run(context, input) {
    const code = input.code.slice(input.code.lastIndexOf("/") + 1);
    context.store.transaction(() => {
      if (!context.store.inviteCodes.remove(code)) {
        throw notFound(
          `There is no invite code "${code}". \`retropal invite list\` shows ` +
            "them all.",
        );
      }
      audit(context, { action: "invite remove", target: shortCode(code) });
    });
    return done({ code }, `${code} is revoked.`);
  },
});
