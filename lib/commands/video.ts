/**
 * Webcams in rooms: lists those that are on, and ends a picture.
 *
 * @module
 */
import * as actions from "../actions/video.ts";
import { command, done } from "./command.ts";
import { argument, durationOption } from "./field.ts";
import { findPerson } from "./find.ts";
import { columns, durationText } from "./table_text.ts";

export const videoList = command({
  path: ["video", "list"],
  summary: "List the webcams that are shown, without their pictures",
  examples: ["retropal video list", "retropal video list --json"],
  fields: {},
  role: "moderator",
  chat: { name: "webcams", role: "moderator", takes: [] },
  needsServer: true,
  run({ live, now }) {
    const all = live?.webcams() ?? [];
    return done(
      all,
      ...columns(
        ["NICKNAME", "ROOM", "FOR", "STATE", "VIEWERS", "PICTURES", "KB"],
        all.map((one) => [
          one.nickname,
          `${one.gid} ${one.room}`,
          durationText((now() - one.since) / 1000),
          one.live ? one.sending ? "sending" : "paused" : "no picture yet",
          String(one.viewers),
          String(one.pictures),
          String(Math.round(one.bytes / 1000)),
        ]),
      ),
    );
  },
});

export const videoStop = command({
  path: ["video", "stop"],
  summary: "End the webcam of a user, who cannot show it again for an hour",
  examples: [
    "retropal video stop Troll",
    "retropal video stop Troll --for 1d",
  ],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    for: durationOption(
      "Duration, at most until the server stops; default: 1h.",
    ),
  },
  role: "moderator",
  chat: { name: "stopvideo", role: "moderator", takes: ["nick", "for"] },
  needsServer: true,
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    const { wasShown, until } = actions.stopVideo(context, account, input.for);
    const time = until === Infinity
      ? "until the server stops"
      : `for ${durationText((until - context.now()) / 1000)}`;
    const { uid, nickname } = account;
    return done(
      { uid, nickname, wasShown, until: until === Infinity ? null : until },
      (wasShown
        ? `The webcam of ${nickname} is off; `
        : `${nickname} shows no webcam; `) +
        `they cannot publish video ${time}.`,
    );
  },
});

export const videoAllow = command({
  path: ["video", "allow"],
  summary: "Let a user show their webcam again",
  examples: ["retropal video allow Troll"],
  fields: { nick: argument("NICK", "Nickname or uid.") },
  role: "moderator",
  chat: { name: "allowvideo", role: "moderator", takes: ["nick"] },
  needsServer: true,
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    actions.allowVideo(context, account);
    const { uid, nickname } = account;
    return done({ uid, nickname }, `${nickname} can publish video again.`);
  },
});
