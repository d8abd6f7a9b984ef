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
    summary: "Let everybody in again, as the settings say",
    done: "Everybody may come in, as the settings say.",
  },
  members: {
    summary: "Make no new accounts for a while; members come in",
    done: "No new accounts are made; members come in.",
  },
  staff: {
    summary: "Let in only staff for a while, and disconnect everybody else",
    done: "Only staff may come in.",
  },
};

function dial(level: EmergencyLevel): Command {
  return command({
    path: ["emergency", level],
    summary: ABOUT[level].summary,
    details:
      "Holds at every entrance (sign-on, registration, pages) until it " +
      "is changed, also after a restart.",
    examples: [
      level === "open"
        ? "retropal emergency open"
        : `retropal emergency ${level} --reason "Back at nine."`,
    ],
    fields: {
      reason: option("TEXT", "The reason, for those who are turned away."),
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
  summary: "Show who may come in at the moment",
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
