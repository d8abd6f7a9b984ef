// Holds the lock of the given folder until it is killed.
import { FolderLock } from "../../../db/lock.ts";

const [folder = ""] = Deno.args;
export const lock = new FolderLock(folder, "serve");
await Deno.stdout.write(new TextEncoder().encode("held\n"));
setInterval(() => {}, 60_000);
