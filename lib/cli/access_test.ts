import { equal, match } from "node:assert/strict";
import { dataFolder } from "../config/data_folder.ts";
import { strangersFolder } from "./access.ts";

Deno.test({
  name: "strangersFolder() tells a service's folder from one's own",
  // Windows has no numeric owners.
  ignore: Deno.uid() === null,
  async fn() {
    const own = await Deno.makeTempDir({ prefix: "retropal-cli-" });
    try {
      equal(strangersFolder(dataFolder(own)), "");
      equal(strangersFolder(dataFolder(`${own}/none`)), "");
      if (Deno.uid() === 0) await Deno.chown(own, 65534, 65534);
      const other = Deno.uid() === 0 ? own : "/";
      match(strangersFolder(dataFolder(other)), / is another user's: run this/);
    } finally {
      await Deno.remove(own, { recursive: true });
    }
  },
});
