/**
 * The only table of commands, shared by the command line, the control channel
 * to the running server, the system user in chat and the host's desk.
 *
 * @module
 */
import * as application from "./application.ts";
import { auditLog } from "./audit_log.ts";
import * as ban from "./ban.ts";
import { broadcast } from "./broadcast.ts";
import * as category from "./category.ts";
import type { Command } from "./command.ts";
import * as complaint from "./complaint.ts";
import { banExport, banImport } from "./ban_files.ts";
import * as emergency from "./emergency.ts";
import * as invite from "./invite.ts";
import * as mail from "./mail.ts";
import { note } from "./note.ts";
import * as room from "./room.ts";
import { roomBounce } from "./room_bounce.ts";
import { roomSlow } from "./room_slow.ts";
import { roomList, roomShow } from "./room_show.ts";
import { userData } from "./personal_data.ts";
import {
  configReload,
  configRunning,
  restartServer,
  setupOpen,
  stopServer,
} from "./server.ts";
import { retention } from "./retention.ts";
import { sessions } from "./sessions.ts";
import { stats } from "./stats.ts";
import { status } from "./status.ts";
import { capture, logTail, watchSignOns } from "./tail.ts";
import * as video from "./video.ts";
import * as user from "./user.ts";
import { userMove } from "./user_move.ts";
import { userRemove, userRename, userSet } from "./user_change.ts";
import { userHistory } from "./user_history.ts";
import * as mute from "./user_mute.ts";
import { userTotpReset } from "./user_totp.ts";
import { userWarn } from "./user_warn.ts";
import { userExport, userImport } from "./user_files.ts";
import { userResetLink } from "./user_reset_link.ts";
import * as word from "./word.ts";

export const COMMANDS: readonly Command[] = [
  user.userAdd,
  user.userPasswd,
  user.userList,
  user.userShow,
  userSet,
  userRename,
  userRemove,
  ban.userBan,
  ban.userUnban,
  ban.userKick,
  userWarn,
  userTotpReset,
  mute.userMute,
  mute.userUnmute,
  mute.userNote,
  mute.userUnnote,
  userResetLink,
  application.userApplications,
  application.userApprove,
  application.userReject,
  userHistory,
  userMove,
  userImport,
  userExport,
  userData,

  room.roomAdd,
  roomList,
  roomShow,
  room.roomSet,
  room.roomRemove,
  room.roomClose,
  roomBounce,
  roomSlow,

  category.categoryAdd,
  category.categoryList,
  category.categorySet,
  category.categoryRemove,

  ban.banAdd,
  ban.banList,
  ban.banInfo,
  ban.banRemove,
  banExport,
  banImport,

  emergency.emergencyShow,
  emergency.emergencyOpen,
  emergency.emergencyMembers,
  emergency.emergencyStaff,

  word.wordAdd,
  word.wordList,
  word.wordRemove,
  word.wordTest,

  complaint.complaintAdd,
  complaint.complaintList,
  complaint.complaintShow,
  complaint.complaintTake,
  complaint.complaintClose,

  invite.inviteAdd,
  invite.inviteLink,
  invite.inviteList,
  invite.inviteRemove,

  video.videoList,
  video.videoStop,
  video.videoAllow,

  status,
  stats,
  retention,
  sessions,
  broadcast,
  auditLog,
  mail.mailTest,
  mail.mailList,
  mail.mailRetry,
  mail.mailRemove,
  note,
  logTail,
  capture,
  watchSignOns,
  configReload,
  configRunning,
  setupOpen,
  restartServer,
  stopServer,
];

export function findCommand(path: readonly string[]): Command | undefined {
  return COMMANDS.find((one) => one.path.join(" ") === path.join(" "));
}
