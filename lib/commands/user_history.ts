/**
 * A user's history, for staff to read before they act: notes, complaints,
 * actions of staff, and sessions.
 *
 * @module
 */
import { mayHandle } from "../actions/complaints.ts";
import type { Acting } from "../actions/acting.ts";
import type { Account } from "../domain/store.ts";
import { command, done } from "./command.ts";
import { argument } from "./field.ts";
import { findAccount } from "./find.ts";
import { timeText } from "./table_text.ts";

const MOST = 50;

/** Actions against a user that belong to their history. */
const ACTS: ReadonlySet<string> = new Set([
  "ban add",
  "ban remove",
  "user kick",
  "user mute",
  "user passwd",
  "user register",
  "user rename",
  "user unmute",
  "user warn",
]);

/** Returns the history, each list newest first. */
export function historyOf(
  { store, actor, now }: Acting,
  { uid, nickname, createdAt }: Account,
) {
  return {
    mute: store.mutes.get(uid, now()) ?? null,
    notes: store.notes.list(uid),
    complaintsAbout: store.complaints.list({ about: uid, limit: MOST })
      .filter((one) => mayHandle(store, actor, one)),
    complaintsMade: store.complaints.list({ reporter: uid, limit: MOST })
      .filter((one) => mayHandle(store, actor, one)),
    acts: store.audit.list({ target: nickname, limit: 1000 })
      .filter(({ action, at }) => ACTS.has(action) && at >= createdAt)
      .slice(0, MOST)
      .map(({ at, actor, action, after }) => ({ at, actor, action, after })),
    sessions: store.pastSessions.list(uid, MOST),
  };
}

export const userHistory = command({
  path: ["user", "history"],
  summary: "Show notes, complaints, staff actions and sessions of a user",
  examples: ["retropal user history Troll"],
  fields: { nick: argument("NICK", "Nickname or uid.") },
  role: "moderator",
  run(context, input) {
    const account = findAccount(context.store, input.nick);
    const history = historyOf(context, account);
    const part = (title: string, lines: readonly string[]) =>
      lines.length === 0 ? [`${title}: none`] : [
        `${title}:`,
        ...lines.map((line) => `  ${line}`),
      ];
    const complaint = (
      one: typeof history.complaintsMade[number],
      who: string,
    ) => `${timeText(one.at)}  #${one.id} ${one.state}  ${who}: ${one.text}`;
    return done(
      history,
      ...part(
        "notes",
        history.notes.map(({ id, at, by, text }) =>
          `${timeText(at)}  #${id} ${by}: ${text}`
        ),
      ),
      ...part(
        "complaints about them",
        history.complaintsAbout.map((one) =>
          complaint(one, `by ${one.reporterName}`)
        ),
      ),
      ...part(
        "complaints by them",
        history.complaintsMade.map((one) =>
          complaint(one, `about ${one.aboutName || one.room}`)
        ),
      ),
      ...part(
        "acts",
        history.acts.map(({ at, actor, action, after }) =>
          `${timeText(at)}  ${action} by ${actor}  ${after ?? ""}`.trimEnd()
        ),
      ),
      ...part(
        "sessions",
        history.sessions.map(({ beganAt, endedAt, address }) =>
          `${timeText(beganAt)} to ${timeText(endedAt)}  ${address}`
        ),
      ),
    );
  },
});
