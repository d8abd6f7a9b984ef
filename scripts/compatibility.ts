/**
 * Writes docs/compatibility.md: every packet of Paltalk 5.0 and how this server
 * handles it, from the server's own tables. Run `deno task compatibility` after
 * changing them; a test fails when the file is out of date.
 *
 * @module
 */
import { readOptions } from "./options.ts";
import { rowOf } from "../lib/chat/dispatch.ts";
import { CLIENT_CODECS, SERVER_CODECS } from "../lib/protocol/codecs.ts";
import { GOLDEN_CASES } from "../tests/support/golden/mod.ts";
import {
  CLIENT_TYPES,
  type PacketType,
  SERVER_TYPES,
} from "../lib/protocol/packet_types.ts";

const DOCUMENT = new URL("../docs/compatibility.md", import.meta.url);

const HEAD = [
  "type",
  "hex",
  "name",
  "direction",
  "parsed",
  "handled",
  "golden",
];

/** Returns the current text of the document. */
export function compatibility(): string {
  return `# Compatibility

<!-- Made by \`deno task compatibility\`: do not edit. -->

Every packet of the Paltalk 5.0 client, and what this server does with it; the
layouts are in [protocol.md](protocol.md).

- **parsed**: a codec reads it (and writes it, for tests and tools).
- **handled**: _yes_; _ignored_: it is known, counted, and of no consequence
  here; _sent_ and _never sent_ for packets of the server: the latter break the
  client or serve what this server has not, and no encoder for them exists.
- **golden**: tests hold its bytes against its value, in both directions.
- **seen**: on the wire of the real client (\`tests/captures\`).

Forms that differ by client program are in
[protocol.md](protocol.md#other-clients): Gaim's plugin was run unchanged;
**Paltalk 5.1 was not tried with the real client**, nor were the types named
LATER.

Room video was seen with two real clients and a fake camera under Wine; not
seen were paid level \`Y\`, cameras with a picture size of their own, and real
camera drivers.

## From the client

${table("client", Object.entries(CLIENT_TYPES))}

Unknown types are counted, logged and ignored; the connection stays.

## From the server

${table("server", Object.entries(SERVER_TYPES))}

The client takes some other numbers for the same: 117 is HELLO, -79 is
SERVER_KEY, 39 is ANNOUNCEMENT, -67 is BUDDY_LIST.
`;
}

type Side = "client" | "server";

function table(
  side: Side,
  entries: readonly (readonly [string, PacketType])[],
): string {
  const rows = [...entries]
    .sort(([, a], [, b]) => Math.abs(a.type) - Math.abs(b.type))
    .map(([name, entry]) => line(cells(side, name, entry)));
  const head = [...HEAD, "seen", "section"];
  return [line(head), line(head.map(() => "---")), ...rows].join("\n");
}

function cells(
  side: Side,
  name: string,
  entry: PacketType,
): string[] {
  const codecs = side === "client" ? CLIENT_CODECS : SERVER_CODECS;
  const own = codecs.filter(({ type }) => type === entry.type);
  const golden = GOLDEN_CASES.some(({ packet }) => own.includes(packet));
  return [
    String(entry.type),
    (entry.type & 0xffff).toString(16).toUpperCase().padStart(4, "0"),
    name,
    side === "client" ? "C > S" : "S > C",
    own.length > 0 ? "yes" : "no",
    handled(side, entry),
    golden ? "yes" : "-",
    entry.seen ? "yes" : "-",
    `[${entry.section}](protocol.md#${anchor(entry.section)})`,
  ];
}

function handled(side: Side, entry: PacketType): string {
  if (side === "server") {
    return entry.never ? "never sent" : entry.unsent ? "not sent" : "sent";
  }
  const row = rowOf(entry.type);
  if (row === undefined) return "not handled";
  return row.ignored ? "ignored" : "yes";
}

function anchor(section: string): string {
  return section.toLowerCase().replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

const USAGE = `Writes docs/compatibility.md from the tables of packets.

usage: deno task compatibility`;

if (import.meta.main) {
  readOptions(USAGE, {});
  await Deno.writeTextFile(DOCUMENT, compatibility());
}
