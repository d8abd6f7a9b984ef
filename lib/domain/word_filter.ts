/**
 * Finds listed words in what people write, across the client's markup: a word
 * with a tag in its middle is still that word on the screen.
 *
 * @module
 */
import { decodeText } from "../protocol/windows1252.ts";
import type { ListedWord, WordAction } from "./moderation.ts";

/** Tags of the client, whose bytes are not visible on the screen. */
const TAG =
  /<<[a-z]+=[^<>]*>>|<\/?p(?:b|i|u|a|br|font|font-size)(?:[\s=][^<>]*)?>/gi;

const LETTER = "[\\p{L}\\p{N}]";
const STAR = 0x2a;

export interface Found {
  readonly word: string;
  readonly action: WordAction;
}

interface Entry extends Found {
  readonly pattern: RegExp;
}

/** Letters without accents, in small: "É" and "e" are the same here. */
function fold(text: string): string {
  let folded = "";
  for (const letter of text) {
    const plain = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    // One for one, so that places in the text stay what they are.
    folded += plain.length === 1 ? plain : letter;
  }
  return folded;
}

function patternOf(word: string): RegExp {
  const begins = word.startsWith("*");
  const ends = word.endsWith("*");
  const core = fold(word.replace(/^\*+|\*+$/g, "")).trim().split(/\s+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
    .join("\\s+");
  return new RegExp(
    `(?<!${LETTER})${begins ? `${LETTER}*?` : ""}${core}` +
      `${ends ? `${LETTER}*` : ""}(?!${LETTER})`,
    "gu",
  );
}

/** What is on the screen, and where each letter of it is in the bytes. */
function visible(text: Uint8Array): { text: string; at: number[] } {
  const whole = decodeText(text);
  let shown = "";
  const at: number[] = [];
  let from = 0;
  const keep = (to: number) => {
    for (let i = from; i < to; i++) {
      shown += whole[i];
      at.push(i);
    }
  };
  for (const tag of whole.matchAll(TAG)) {
    keep(tag.index);
    from = tag.index + tag[0].length;
  }
  keep(whole.length);
  return { text: fold(shown), at };
}

export interface Judgement {
  /** The word for which the text is refused; undefined if it is not. */
  readonly refused: Found | undefined;
  readonly flagged: readonly Found[];
  /** The text, with stars for what is masked. */
  readonly text: Uint8Array;
}

export class WordFilter {
  readonly #entries: readonly Entry[];

  constructor(words: readonly ListedWord[]) {
    this.#entries = words.map(({ word, action }) => ({
      word,
      action,
      pattern: patternOf(word),
    }));
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  judge(text: Uint8Array): Judgement {
    const nothing = { refused: undefined, flagged: [], text };
    if (this.isEmpty) return nothing;
    const shown = visible(text);
    const flagged: Found[] = [];
    let masked: Uint8Array | undefined;
    for (const { word, action, pattern } of this.#entries) {
      for (const match of shown.text.matchAll(pattern)) {
        if (action === "refuse") {
          return { ...nothing, refused: { word, action } };
        }
        if (action === "flag") {
          flagged.push({ word, action });
          break;
        }
        masked ??= text.slice();
        for (let i = 0; i < match[0].length; i++) {
          if (match[0][i] === " ") continue;
          masked[shown.at[match.index + i]!] = STAR;
        }
      }
    }
    return { refused: undefined, flagged, text: masked ?? text };
  }
}
