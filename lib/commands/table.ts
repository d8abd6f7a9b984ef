/**
 * THE table of commands: the command line, the control channel to the running
 * server, the system user in chat and the host's desk all serve it.
 *
 * @module
 */
import * as ban from "./ban.ts";
import { broadcast } from "./broadcast.ts";
import * as category from "./category.ts";
import type { Command } from "./command.ts";
import * as room from "./room.ts";
import * as user from "./user.ts";

export const COMMANDS: readonly Command[] = [
  user.userAdd,
  user.userPasswd,
  user.userList,
  user.userShow,
  ban.userBan,
  ban.userUnban,
  ban.userKick,

  room.roomAdd,
  room.roomList,
  room.roomShow,
  room.roomSet,
  room.roomRemove,
  room.roomClose,

  category.categoryAdd,
  category.categoryList,
  category.categorySet,
  category.categoryRemove,

  ban.banAdd,
  ban.banList,
  ban.banInfo,
  ban.banRemove,

  broadcast,
];

export function findCommand(path: readonly string[]): Command | undefined {
  return COMMANDS.find((one) => one.path.join(" ") === path.join(" "));
}
