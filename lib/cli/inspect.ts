/**
 * `retropal inspect`: explains a capture in words.
 *
 * @module
 */
import { CODE, done } from "../commands/command.ts";
import { argument, flag, numberOption } from "../commands/field.ts";
import { oneLine } from "../commands/table_text.ts";
import { inspectFile } from "../inspect/inspect.ts";
import type { Inspected } from "../inspect/streams.ts";
import { readFile } from "./files.ts";
import { localCommand } from "./local.ts";

const port = (about: string) =>
  numberOption("PORT", about, { min: 1, max: 65535 });

export const inspect = localCommand({
  path: ["inspect"],
  summary: "Show a capture as packets with names and fields",
  details:
    "FILE is a pcap or pcapng file of the chat, voice and video ports, or " +
    "the output of `retropal capture`. Packets that would break the old " +
    "client or violate the protocol are marked with !! and make the exit " +
    "code 1.",
  examples: [
    "retropal inspect evening.pcap",
    "retropal inspect ann.txt --faults",
  ],
  fields: {
    file: argument("FILE", "The capture.", { completes: "file" }),
    faults: flag("Show only faulty packets."),
    chatPort: port("The chat port in the capture; default: 5001."),
    voicePort: port("The voice port in the capture; default: 2090."),
    videoPort: port("The video port in the capture; default: 2092."),
    unredacted: flag("Show packets with passwords as well."),
  },
  async run({ json }, input) {
    const { frames, problems } = inspectFile(await readFile(input.file), {
      chatPort: input.chatPort ?? 5001,
      voicePort: input.voicePort ?? 2090,
      videoPort: input.videoPort ?? 2092,
      showSecrets: input.unredacted ?? false,
    });
    const wrong = frames.filter((one) => one.faults.length > 0).length +
      problems.length;
    const shown = input.faults
      ? frames.filter((one) => one.faults.length > 0)
      : frames;
    const summary = `${frames.length} frames, ${wrong} of them wrong.`;
    return {
      ...done(
        { frames: shown, problems, wrong },
        ...(json ? [] : shown.flatMap(lines)),
        ...problems.map((problem) => `!! ${problem}`),
        summary,
      ),
      ...(wrong > 0 && { code: CODE.refused }),
    };
  },
});

function lines(one: Inspected): string[] {
  const { type, version } = one;
  const kind = type === undefined ? "" : ` (${type}, version ${version})`;
  const fields = Object.entries(one.fields)
    .map(([key, value]) =>
      `${key}=${typeof value === "number" ? value : JSON.stringify(value)}`
    ).join(" ");
  return [
    oneLine(
      `${one.at.toFixed(3).padStart(9)} ${one.connection} ${one.direction} ` +
        `${one.name}${kind} ${one.length} bytes ${fields}`,
    ).trimEnd(),
    ...one.faults.map((fault) => `          !! ${fault}`),
  ];
}
