/**
 * Complaints: the staff's queue.
 *
 * @module
 */
import {
  closeComplaint,
  complaintLine,
  fileComplaint,
  findComplaint,
  mayHandle,
  takeComplaint,
} from "../actions/complaints.ts";
import { COMPLAINT_STATES } from "../domain/moderation.ts";
import { LEVEL } from "../domain/store.ts";
import { command, type Context, done, refused } from "./command.ts";
import {
  argument,
  choiceOption,
  confirmFlag,
  numberOption,
  option,
  optionalArgument,
} from "./field.ts";
import { findAccount, findPerson, openRoom, storedRoom } from "./find.ts";
import { columns, pairs, timeText } from "./table_text.ts";

const ID = argument("ID", "The number of the complaint.");

function readId(text: string): number {
  if (/^#?\d{1,9}$/.test(text)) return Number(text.replace("#", ""));
  throw refused(`"${text}" is not the number of a complaint.`);
}

export const complaintAdd = command({
  path: ["complaint", "add"],
  summary: "File a complaint about a user, for the staff",
  details: "In chat every user can do this. Online staff are notified.",
  examples: ['retropal complaint add Troll "shouts in every room"'],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    text: argument("TEXT", "What happened.", { rest: true }),
    room: option("ROOM", "The room where it happened: its number or name."),
  },
  startsData: true,
  role: "moderator",
  chat: { name: "report", role: "user", takes: ["nick", "text"] },
  run(context, input) {
    const { store, live, config } = context;
    const about = findPerson(store, input.nick);
    const room = input.room === undefined
      ? null
      : openRoom(live, input.room) ?? storedRoom(store, input.room) ?? null;
    if (room === null && input.room !== undefined) {
      throw refused(`There is no room "${input.room}".`);
    }
    const complaint = fileComplaint(
      context,
      { about, room, text: input.text },
      config.moderation.complaints_per_day,
    );
    tellStaff(context, `Complaint ${complaintLine(complaint)}`, about.uid);
    return done(
      { id: complaint.id },
      `Complaint ${complaint.id} is with the staff.`,
    );
  },
});

/** Notifies staff, except those who may not read the complaint. */
function tellStaff(
  { store, live, actor }: Context,
  text: string,
  about: number,
): void {
  for (const { uid, role } of live?.sessions() ?? []) {
    if (uid === null || uid === actor.uid || !LEVEL[role]) continue;
    if (!mayHandle(store, { uid, level: LEVEL[role] }, { about })) continue;
    live?.message(uid, text);
  }
}

export const complaintList = command({
  path: ["complaint", "list"],
  summary: "List complaints, newest first",
  details: "Lists open and taken complaints unless --state is given.",
  examples: [
    "retropal complaint list",
    "retropal complaint list --state closed --about Troll",
  ],
  fields: {
    state: choiceOption(
      [...COMPLAINT_STATES, "all"],
      "List only complaints in this state.",
    ),
    about: option("NICK", "List only complaints about this user."),
    by: option("NICK", "List only complaints by this user."),
    limit: numberOption("N", "Maximum number of complaints; default 100.", {
      min: 1,
      max: 10_000,
    }),
  },
  role: "moderator",
  chat: { name: "complaints", role: "moderator", takes: [] },
  run(context, input) {
    const { store, actor } = context;
    const uidOf = (nick: string) => findAccount(store, nick).uid;
    const state = input.state ?? "waiting";
    const found = store.complaints.list({
      ...(state !== "all" && { state }),
      ...(input.about && { about: uidOf(input.about) }),
      ...(input.by && { reporter: uidOf(input.by) }),
      limit: input.limit ?? 100,
    }).filter((one) => mayHandle(store, actor, one));
    if (found.length === 0) return done([], "There are no complaints.");
    return done(
      found,
      ...columns(
        ["ID", "STATE", "AT", "BY", "ABOUT", "ROOM", "HANDLED BY", "TEXT"],
        found.map((one) => [
          String(one.id),
          one.state,
          timeText(one.at),
          one.reporterName,
          one.aboutName || "-",
          one.room || "-",
          one.handledBy || "-",
          one.text,
        ]),
      ),
    );
  },
});

export const complaintShow = command({
  path: ["complaint", "show"],
  summary: "Show a complaint with its note and the saved lines of the room",
  examples: ["retropal complaint show 12"],
  fields: { id: ID },
  role: "moderator",
  chat: { name: "complaint", role: "moderator", takes: ["id"] },
  run(context, input) {
    const one = findComplaint(context, readId(input.id));
    return done(
      one,
      ...pairs([
        ["complaint", String(one.id)],
        ["state", one.state],
        ["made", timeText(one.at)],
        ["by", one.reporterName],
        ["about", one.aboutName || "-"],
        ["room", one.room === "" ? "-" : `${one.room} (${one.gid})`],
        ["text", one.text],
        ["handled by", one.handledBy || "-"],
        ["handled", timeText(one.handledAt)],
      ]),
      ...(one.note === "" ? [] : ["note:", ...one.note.split("\n")]),
      ...(one.lines.length === 0 ? [] : [
        "The last lines of the room:",
        ...one.lines.map(({ at, nickname, text }) =>
          `${timeText(at)}  ${nickname}: ${text}`
        ),
      ]),
    );
  },
});

export const complaintTake = command({
  path: ["complaint", "take"],
  summary: "Take a complaint, so that others see that you are handling it",
  details: "This also reopens a closed complaint.",
  examples: ["retropal complaint take 12"],
  fields: {
    id: ID,
    note: option("TEXT", "Added to the note."),
    yes: confirmFlag(),
  },
  role: "moderator",
  chat: { name: "take", role: "moderator", takes: ["id"] },
  run(context, input) {
    const taken = takeComplaint(context, readId(input.id), {
      note: input.note,
      confirmed: input.yes,
    });
    return done(taken, `Complaint ${taken.id} is yours.`);
  },
});

export const complaintClose = command({
  path: ["complaint", "close"],
  summary: "Close a complaint",
  examples: ['retropal complaint close 12 "Warned, said sorry."'],
  fields: {
    id: ID,
    note: optionalArgument("NOTE", "What was done; added to the note.", {
      rest: true,
    }),
  },
  role: "moderator",
  chat: { name: "done", role: "moderator", takes: ["id", "note"] },
  run(context, input) {
    const closed = closeComplaint(context, readId(input.id), input.note);
    return done(closed, `Complaint ${closed.id} is closed.`);
  },
});
