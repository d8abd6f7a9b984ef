/**
 * `retropal client`: files for a computer with the old client.
 *
 * @module
 */
import { join } from "node:path";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../commands/command.ts";
import { type Fields, numberOption, option } from "../commands/field.ts";
import type { Status } from "../ops/live.ts";
import {
  clientHostFault,
  hostsLines,
  locationFile,
  registryFile,
} from "../ops/client_files.ts";
import { isIPv4 } from "../net/networks.ts";
import { resolveIPv4 } from "../net/resolve.ts";
import { replaceFile } from "./files.ts";
import { homeAddress } from "./interfaces.ts";
import { type Local, localCommand } from "./local.ts";
import { osSentence } from "../ops/os_errors.ts";

const FIELDS = {
  host: option(
    "ADDR",
    "Address of this server for the client; default: server.advertise, or " +
      "this machine's address.",
  ),
  port: numberOption(
    "PORT",
    "The chat port, if it is a different one from outside.",
    {
      min: 1,
      max: 65535,
    },
  ),
  out: option("DIR", "Write the file there instead of printing it.", {
    completes: "directory",
  }),
} satisfies Fields;

interface Input {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly out?: string | undefined;
}

interface ClientFile {
  readonly name: string;
  readonly text: string;
  readonly explanation: string;
}

export const clientReg = localCommand({
  path: ["client", "reg"],
  summary: "Generate the .reg file that tells the client which server to use",
  examples: ["retropal client reg --host 192.168.1.20 --out ."],
  fields: FIELDS,
  run(local, input) {
    return make(local, input, (host, port) => ({
      name: "retropal.reg",
      text: registryFile(host, port),
      explanation:
        "Copy it to the Windows computer and double-click it, once for each " +
        "user, before the client is started. It sets host and port under " +
        "HKEY_CURRENT_USER\\Software\\PalTalk and needs no administrator. " +
        "Without location2.txt it lasts only until the first outage: then " +
        "the client forgets its server unless it can fetch that file " +
        "(`retropal client location`).",
    }));
  },
});

export const clientLocation = localCommand({
  path: ["client", "location"],
  summary:
    "Generate location2.txt, with which the client finds its server again",
  examples: ["retropal client location --host chat.example.org --out ."],
  fields: FIELDS,
  run(local, input) {
    return make(local, input, (host, port) => ({
      name: "location2.txt",
      text: locationFile(host, port),
      explanation: "After an outage the client asks " +
        "http://www.paltalk.com/location2.txt " +
        "for its server. This server answers that by itself when " +
        "web.legacy_port is 80 and the client's hosts file leads " +
        "www.paltalk.com here (`retropal client hosts`); or put this file at " +
        "the root of a web server that listens on port 80.",
    }));
  },
});

export const clientHosts = localCommand({
  path: ["client", "hosts"],
  summary: "Generate the lines for the hosts file of the client's computer",
  examples: ["retropal client hosts --host 192.168.1.20"],
  fields: FIELDS,
  run(local, input) {
    return make(local, input, async (host) => {
      const address = await resolveIPv4(host) ?? host;
      return {
        name: "hosts.txt",
        text: hostsLines(address),
        explanation:
          "Add these lines to C:\\Windows\\System32\\drivers\\etc\\hosts " +
          "(open the editor as administrator), or to /etc/hosts for Wine. " +
          "They lead the client's look-up for its server to this one, and " +
          "keep its advertising requests from the outside world. A hosts " +
          "file takes addresses, not names: if this one changes, change it " +
          "there.",
      };
    });
  },
});

async function make(
  local: Local,
  input: Input,
  build: (host: string, port: number) => ClientFile | Promise<ClientFile>,
): Promise<CommandResult> {
  const { server } = local.loadConfig().config;
  const running = input.host !== undefined && input.port !== undefined
    ? null
    : await askServer(local);
  const bound = running?.bound ?? server.bind;
  const host = input.host ??
    (running?.advertised || server.advertise || server.advertise_private ||
      (isIPv4(bound) && bound !== "0.0.0.0" ? bound : homeAddress()));
  if (!host) {
    return failure(
      CODE.usage,
      "This machine's address is unknown: set it with --host ADDR.",
    );
  }
  const port = input.port ?? running?.port ?? (server.chat_port || 5001);
  const fault = clientHostFault(host, port);
  if (fault !== null) return failure(CODE.refused, fault);
  let file: ClientFile;
  try {
    file = await build(host, port);
  } catch (error) {
    return failure(CODE.refused, (error as Error).message);
  }
  const json = { host, port, ...file };
  if (input.out === undefined) {
    if (!local.json) local.terminal.err(file.explanation + "\n");
    return done(json, ...file.text.trimEnd().split("\r\n"));
  }
  const path = join(input.out, file.name);
  Deno.mkdirSync(input.out, { recursive: true });
  try {
    replaceFile(path, file.text);
  } catch (error) {
    const sentence = osSentence(error, path);
    if (sentence === null) throw error;
    return failure(CODE.refused, sentence);
  }
  return done({ ...json, file: path }, `Wrote ${path}.`, file.explanation);
}

/**
 * Returns the addresses of the running server, which may have been started with
 * `--chat-port` and `--advertise`. Null when none is running, or none that this
 * user can access.
 */
async function askServer(
  local: Local,
): Promise<{ bound: string; port: number; advertised: string } | null> {
  try {
    const { code, json } = await local.run(["status"], {});
    if (code !== CODE.done) return null;
    const { chat, advertised } = (json as Status).endpoints;
    const colon = chat.lastIndexOf(":");
    const port = Number(chat.slice(colon + 1));
    return { bound: chat.slice(0, colon), port, advertised };
  } catch {
    return null;
  }
}
