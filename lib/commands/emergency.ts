/**
 * Sets the emergency level.
 *
 * @module
 */
import { setEmergency } from "../actions/emergency.ts";
import type { EmergencyLevel } from "../domain/moderation.ts";
import { type Command, command, done } from "./command.ts";
import { confirmFlag, option } from "./field.ts";
import { timeText } from "./table_text.ts";

const ABOUT: Readonly<
  Record<EmergencyLevel, { summary: string; done: string }>
> = {
  open: {
    summary: "Let everybody in again, according to the settings",
    done: "Everybody may sign on, according to the settings.",
  },
  members: {
    summary: "Refuse new accounts for a while; members can sign on",
    done: "No new accounts are created; members can sign on.",
  },
  staff: {
    summary: "Let in only staff for a while, and disconnect everybody else",
    done: "Only staff may sign on.",
  },
};

function dial(level: EmergencyLevel): Command {
  return command({
    path: ["emergency", level],
    summary: ABOUT[level].summary,
    details:
      "Applies to sign-on, registration and the pages until it is changed, " +
      "also after a restart.",
    examples: [
      level === "open"
        ? "retropal emergency open"
        : `retropal emergency ${level} --reason "Back at nine."`,
    ],
    fields: {
      reason: option("TEXT", "The reason, for users who are refused."),
      yes: confirmFlag(),
    },
    startsData: true,
    role: "admin",
    run(context, input) {
      const ended = setEmergency(context, {
        level,
        reason: input.reason ?? "",
        confirmed: input.yes,
      });
      const more = ended === 0
        ? ""
        : ` ${ended} session${ended === 1 ? "" : "s"} ended.`;
      return done({ level, ended }, ABOUT[level].done + more);
    },
  });
}

export const emergencyOpen = dial("open");
export const emergencyMembers = dial("members");
export const emergencyStaff = dial("staff");

export const emergencyShow = command({
  path: ["emergency", "show"],
  summary: "Show who may sign on at the moment",
  examples: ["retropal emergency show"],
  fields: {},
  role: "moderator",
  run({ store }) {
    const state = store.emergency.get();
    const { level, reason, by, at } = state;
    return done(
      state,
      `${level}: ${ABOUT[level].done}`,
      ...(by === "" ? [] : [`since ${timeText(at)}, by ${by}. ${reason}`]),
    );
  },
});
