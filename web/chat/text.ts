/**
 * The client's markup (docs/protocol.md, "Markup"): parses it into runs of
 * uniformly formatted text, and writes it with the user's chosen format.
 *
 * @module
 */

/** Format of a run of text. */
export interface Look {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  /** "#rrggbb", or undefined for the page's own colour. */
  readonly color: string | undefined;
  /** Points; undefined for the page's own size. */
  readonly size: number | undefined;
}

export interface Run extends Look {
  readonly text: string;
  /** Safe URL, if this run is a link. */
  readonly href: string | undefined;
}

export const PLAIN: Look = {
  bold: false,
  italic: false,
  underline: false,
  color: undefined,
  size: undefined,
};

const [SMALLEST, LARGEST] = [6, 36];
const TAG =
  /<(\/?)(?:(p[biu])|(pbr)|pfont\s*(?:(color)\s*=\s*"?#?(\d{1,8})"?|-size\s*=\s*"?(\d{1,3})"?)?|pa(?:\s+href\s*=\s*"([^"]*)")?)\s*>|<<FONTCOLOR=(\d{1,8})>>/gi;
const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"]*[^\s<>".,;:!?)\]}']/gi;

/**
 * Parses markup; incorrectly nested tags end where the old client ends them.
 */
export function readMarkup(text: string): Run[] {
  const runs: Run[] = [];
  const fonts: Pick<Look, "color" | "size">[] = [];
  const depth = { pb: 0, pi: 0, pu: 0 };
  let href: string | undefined;
  let at = 0;
  const take = (part: string) => {
    if (part === "") return;
    const color = fonts.findLast((font) => font.color)?.color;
    const size = fonts.findLast((font) => font.size)?.size;
    const look = {
      bold: depth.pb > 0,
      italic: depth.pi > 0,
      underline: depth.pu > 0,
      color,
      size,
    };
    if (href !== undefined) runs.push({ ...look, text: part, href });
    else runs.push(...withLinks(part, look));
  };
  for (const match of text.matchAll(TAG)) {
    take(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, slash, style, newline, , color, size, link, older] = match;
    const ends = slash === "/";
    const name = match[0].toLowerCase();
    if (newline) take("\n");
    else if (style) {
      const key = style.toLowerCase() as keyof typeof depth;
      depth[key] = Math.max(0, depth[key] + (ends ? -1 : 1));
    } else if (older !== undefined) {
      fonts.push({ color: cssColor(Number(older)), size: undefined });
    } else if (name.includes("pfont")) {
      if (ends) fonts.pop();
      else {
        fonts.push({
          color: color === undefined ? undefined : cssColor(Number(color)),
          size: size === undefined
            ? undefined
            : Math.min(Math.max(Number(size), SMALLEST), LARGEST),
        });
      }
    } else href = ends ? undefined : safeAddress(link ?? "");
  }
  take(text.slice(at));
  return runs;
}

/** Returns the text of markup without its tags. */
export function plainText(text: string): string {
  return readMarkup(text).map((run) => run.text).join("");
}

/** Writes a line in the old client's markup, if it has a format. */
export function writeMarkup(text: string, look: Look): string {
  let line = text;
  if (look.underline) line = `<pu>${line}</pu>`;
  if (look.italic) line = `<pi>${line}</pi>`;
  if (look.bold) line = `<pb>${line}</pb>`;
  if (look.size !== undefined) {
    line = `<pfont-size="${look.size}">${line}</pfont>`;
  }
  if (look.color !== undefined) {
    line = `<pfont color="#${colorRef(look.color)}">${line}</pfont>`;
  }
  return line;
}

/** Returns the text of a whisper in a room line; undefined if it is not one. */
export function whisperIn(text: string): string | undefined {
  const plain = plainText(text);
  const match =
    /\*{5} Start Whisper(?: \*{5})?\s*([\s\S]*?)\s*\*{5} End Whisper/
      .exec(plain);
  return match?.[1];
}

/** Returns the URL if it is safe to follow, or undefined. */
export function safeAddress(address: string): string | undefined {
  const whole = /^www\./i.test(address) ? `http://${address}` : address.trim();
  if (!URL.canParse(whole)) return undefined;
  const { protocol, href } = new URL(whole);
  return ["http:", "https:", "mailto:"].includes(protocol) ? href : undefined;
}

function withLinks(text: string, look: Look): Run[] {
  const runs: Run[] = [];
  let at = 0;
  const push = (part: string, href?: string) => {
    if (part !== "") runs.push({ ...look, text: part, href });
  };
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    push(text.slice(at, index));
    push(found, safeAddress(found));
    at = index + found.length;
  }
  push(text.slice(at));
  return runs;
}

/**
 * Converts a Windows COLORREF, whose bytes are in reverse order. Black means no
 * colour.
 */
function cssColor(colorRef: number): string | undefined {
  if (colorRef === 0 || colorRef > 0xffffff) return undefined;
  const [red, green, blue] = [
    colorRef & 255,
    colorRef >> 8 & 255,
    colorRef >> 16,
  ];
  return `#${(red << 16 | green << 8 | blue).toString(16).padStart(6, "0")}`;
}

function colorRef(css: string): number {
  const value = parseInt(css.slice(1), 16);
  return (value & 255) << 16 | value & 0xff00 | value >> 16;
}
