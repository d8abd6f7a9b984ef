/**
 * Muting users, and staff notes about them.
 *
 * @module
 */
import { addNote, mute, removeNote, unmute } from "../actions/mutes.ts";
import { command, done, refused } from "./command.ts";
import { argument, durationOption, option } from "./field.ts";
import { findPerson } from "./find.ts";
import { durationText } from "./table_text.ts";

const NICK = argument("NICK", "Nickname or uid.");

export const userMute = command({
  path: ["user", "mute"],
  summary: "Mute a user on the whole server",
  details:
    "They stay online, but cannot write, speak or show video in any room, " +
    "and can write to or call only staff.",
  examples: ['retropal user mute Troll --for 1h --reason "Calm down."'],
  fields: {
    nick: NICK,
    for: durationOption("Duration; until it is lifted if not given."),
    reason: option("TEXT", "The reason, shown to the user."),
  },
  role: "moderator",
  chat: { name: "mute", role: "moderator", takes: ["nick", "for", "reason"] },
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    const forMs = input.for ?? null;
    const made = mute(context, account, { forMs, reason: input.reason ?? "" });
    const time = forMs === null
      ? "until somebody lifts it"
      : `for ${durationText(forMs / 1000)}`;
    return done(made, `${account.nickname} is muted ${time}.`);
  },
});

export const userUnmute = command({
  path: ["user", "unmute"],
  summary: "Lift the mute of a user",
  examples: ["retropal user unmute Troll"],
  fields: { nick: NICK },
  role: "moderator",
  chat: { name: "unmute", role: "moderator", takes: ["nick"] },
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    unmute(context, account);
    return done(
      { uid: account.uid },
      `${account.nickname} is no longer muted.`,
    );
  },
});

export const userNote = command({
  path: ["user", "note"],
  summary: "Write a note about a user, for the other staff",
  examples: ['retropal user note Troll "Promised to behave."'],
  fields: {
    nick: NICK,
    text: argument("TEXT", "The note.", { rest: true }),
  },
  role: "moderator",
  chat: { name: "note", role: "moderator", takes: ["nick", "text"] },
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    const note = addNote(context, account, input.text);
    return done(note, `Note ${note.id} about ${account.nickname} is saved.`);
  },
});

export const userUnnote = command({
  path: ["user", "unnote"],
  summary: "Remove a note about a user",
  examples: ["retropal user unnote 12"],
  fields: { id: argument("ID", "The number of the note.") },
  role: "moderator",
  run(context, input) {
    if (!/^\d{1,9}$/.test(input.id)) {
      throw refused(`"${input.id}" is not the number of a note.`);
    }
    removeNote(context, Number(input.id));
    return done({ id: Number(input.id) }, `Note ${input.id} is removed.`);
  },
});
