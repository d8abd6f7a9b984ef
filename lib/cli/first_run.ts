/**
 * What the first `retropal serve` in a folder does and says.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { DataFolder } from "../config/data_folder.ts";
import type { Hasher } from "../commands/command.ts";
import type { Store } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { homeAddress } from "./interfaces.ts";

const OWNER = "Owner";
/** Without the letters and digits that look alike. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH = 10;

interface FirstRun {
  readonly store: Store;
  readonly hasher: Hasher;
  readonly config: Config;
  readonly folder: DataFolder;
}

/** What the host is to read, once. */
export interface Welcome {
  /** At once: the password must not be lost when the server cannot start. */
  readonly account: readonly string[];
  /** When the server runs. */
  next(ports: { chat: string; voice: string }): readonly string[];
}

const NOTHING_NEW: Welcome = { account: [], next: () => [] };

/** Makes the owner's account unless there is anybody but the system user. */
export async function firstRun(
  { store, hasher, config, folder }: FirstRun,
): Promise<Welcome> {
  if (store.accounts.list({ limit: 1 }).length > 0) return NOTHING_NEW;
  const password = randomPassword();
  const passwordHash = await hasher.hash(encodeText(password));
  const owner = store.transaction(() => {
    const account = store.accounts.create({
      nickname: OWNER,
      passwordHash,
      role: "superadmin",
      createdAt: Date.now(),
    });
    store.audit.add({
      at: Date.now(),
      actor: "server",
      actorUid: null,
      address: null,
      action: "user add",
      target: account.nickname,
      before: null,
      after: JSON.stringify({ uid: account.uid, role: account.role }),
    });
    return account;
  });
  store.flush();
  const address = config.server.advertise_private || config.server.advertise ||
    homeAddress() || "the address of this machine";
  return {
    account: [
      "",
      `This is a new server; everything it keeps is in ${folder.path}.`,
      "",
      "An account for you, who may do everything (shown this once):",
      `    nickname  ${owner.nickname}`,
      `    password  ${password}`,
      "",
    ],
    next: ({ chat, voice }) => [
      "What to do next:",
      "  1. Add a user:            retropal user add NICKNAME",
      `  2. Point a client here:   retropal client reg --host ${address}`,
      `  3. For friends outside:   open TCP ${port(chat)} and TCP+UDP ${
        port(voice)
      } in your router`,
      "                            and start with --advertise YOUR.PUBLIC.ADDRESS",
      "",
    ],
  };
}

function port(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf(":") + 1);
}

export function randomPassword(): string {
  let password = "";
  while (password.length < PASSWORD_LENGTH) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    // Even chances: what does not fit a whole number of times is thrown away.
    if (byte < 256 - (256 % LETTERS.length)) {
      password += LETTERS[byte % LETTERS.length];
    }
  }
  return password;
}
