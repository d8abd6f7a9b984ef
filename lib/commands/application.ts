/**
 * Accounts that wait for approval.
 *
 * @module
 */
import { requireAbove } from "../actions/acting.ts";
import {
  approve,
  APPROVER,
  reject,
  waitingAccounts,
} from "../actions/applications.ts";
import { command, done } from "./command.ts";
import { argument, option } from "./field.ts";
import { findPerson } from "./find.ts";
import { columns, timeText } from "./table_text.ts";

const NICK = argument("NICK", "Nickname or uid.");

export const userApplications = command({
  path: ["user", "applications"],
  summary: "List the accounts that wait for approval",
  details: 'New accounts wait while auth.registration is "approval".',
  examples: ["retropal user applications"],
  fields: {},
  role: APPROVER,
  chat: { name: "applications", role: APPROVER, takes: [] },
  run({ store }) {
    const waiting = waitingAccounts(store);
    if (waiting.length === 0) return done([], "No account waits for approval.");
    return done(
      waiting.map(({ account, at, host, message, expiresAt }) => ({
        uid: account.uid,
        nickname: account.nickname,
        email: account.email,
        at,
        host,
        message,
        expiresAt,
      })),
      ...columns(
        ["NICKNAME", "SINCE", "FROM", "E-MAIL", "MESSAGE"],
        waiting.map(({ account, at, host, message }) => [
          account.nickname,
          timeText(at),
          host,
          account.email || "-",
          message.replaceAll(/\s+/g, " ") || "-",
        ]),
      ),
    );
  },
});

export const userApprove = command({
  path: ["user", "approve"],
  summary: "Approve an account that waits for approval",
  details: "Also works for an account that was rejected.",
  examples: ["retropal user approve Ann"],
  fields: { nick: NICK },
  role: APPROVER,
  chat: { name: "approve", role: APPROVER, takes: ["nick"] },
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    approve(context, account);
    return done({ uid: account.uid }, `${account.nickname} may sign on now.`);
  },
});

export const userReject = command({
  path: ["user", "reject"],
  summary: "Reject an account that waits for approval",
  details: "The applicant sees the reason when they try to sign on. " +
    "The account is removed after a week.",
  examples: [
    "retropal user reject Ann",
    'retropal user reject Ann --reason "This server is for the family."',
  ],
  fields: {
    nick: NICK,
    reason: option("TEXT", "The reason, shown to the applicant."),
  },
  role: APPROVER,
  chat: { name: "reject", role: APPROVER, takes: ["nick", "reason"] },
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    requireAbove(context.actor, account);
    reject(context, account, input.reason ?? "");
    return done({ uid: account.uid }, `${account.nickname} is rejected.`);
  },
});
