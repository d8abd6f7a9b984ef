/**
 * Installs service files. It runs no other program, because the server has no
 * permission to; instead it prints the one command that remains to be run.
 *
 * @module
 */
import { dirname, join } from "node:path";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../../commands/command.ts";
import { LAUNCHD_LABEL, type ServiceFacts } from "./units.ts";

const UNIT = "retropal.service";

/** Installs the unit. `root` is "/" except in tests. */
export function installSystemd(
  root: string,
  facts: ServiceFacts,
  unit: string,
): CommandResult {
  const folder = join(root, "etc/systemd/system");
  const wants = join(folder, "multi-user.target.wants");
  const path = join(folder, UNIT);
  const owner = findUser(join(root, "etc/passwd"), facts.user);
  if (owner === null) {
    return failure(
      CODE.notFound,
      `There is no user "${facts.user}" on this machine: name one with ` +
        "--user, " +
        `or make one: sudo useradd --system ${facts.user}`,
    );
  }
  return place(path, () => {
    Deno.statSync(folder);
    Deno.writeTextFileSync(path, unit);
    Deno.mkdirSync(wants, { recursive: true });
    // The same as `systemctl enable`.
    link(path, join(wants, UNIT));
    chownAll(facts.data, owner);
    return done(
      { installed: path },
      `${path} is written: the server starts when this machine boots.`,
      "To start it now: sudo systemctl daemon-reload && " +
        "sudo systemctl restart retropal",
    );
  });
}

export function installLaunchd(
  home: string,
  facts: ServiceFacts,
  plist: string,
): CommandResult {
  const path = join(home, "Library/LaunchAgents", `${LAUNCHD_LABEL}.plist`);
  return place(path, () => {
    Deno.mkdirSync(join(facts.data, "logs"), { recursive: true });
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, plist);
    return done(
      { installed: path },
      `${path} is written: the server starts when you log in.`,
      `To start it now: launchctl load -w ${path}`,
    );
  });
}

function place(path: string, work: () => CommandResult): CommandResult {
  try {
    return work();
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      return failure(
        CODE.refused,
        `${path} may not be written: run it with sudo, or without --install ` +
          "and put the text there.",
      );
    }
    if (error instanceof Deno.errors.NotFound) {
      return failure(
        CODE.refused,
        `${
          dirname(path)
        } is not there: this system starts services another way. ` +
          "Choose --kind.",
      );
    }
    throw error;
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

function findUser(passwd: string, name: string): User | null {
  for (const line of Deno.readTextFileSync(passwd).split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

function link(target: string, path: string): void {
  try {
    Deno.symlinkSync(target, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function chownAll(path: string, { uid, gid }: User): void {
  Deno.chownSync(path, uid, gid);
  for (const { name, isDirectory, isSymlink } of Deno.readDirSync(path)) {
    const one = join(path, name);
    if (isDirectory) chownAll(one, { uid, gid });
    else if (!isSymlink) Deno.chownSync(one, uid, gid);
  }
}
