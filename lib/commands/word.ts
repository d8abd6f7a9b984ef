/**
 * The list of words that rooms refuse or mask.
 *
 * @module
 */
import { WORD_ACTIONS } from "../domain/moderation.ts";
import { WordFilter } from "../domain/word_filter.ts";
import {
  decodeText,
  encodeText,
  fitsWindows1252,
} from "../protocol/windows1252.ts";
import { audit, command, done, notFound, refused } from "./command.ts";
import { argument, choiceOption } from "./field.ts";
import { columns, timeText } from "./table_text.ts";

const LONGEST = 64;
const MOST = 1000;

export const wordAdd = command({
  path: ["word", "add"],
  summary: "Refuse, mask or flag a word in rooms",
  details:
    "Applies to lines, whispers and topics in all rooms, regardless of case, " +
    "accents and markup; not to text from staff. A * at either end matches " +
    "any letters. Flagged words become complaints.",
  examples: [
    "retropal word add darn --action mask",
    'retropal word add "*spam*" --action refuse',
  ],
  fields: {
    word: argument("WORD", "A word, or several words.", { rest: true }),
    action: choiceOption(
      WORD_ACTIONS,
      "refuse the line (the default), mask the word, or flag it to the staff.",
    ),
  },
  startsData: true,
  role: "admin",
  run(context, input) {
    const word = input.word.trim();
    if (word.replaceAll(/[*\s]/g, "").length < 2) {
      throw refused("A listed word has at least two letters.");
    }
    if (!fitsWindows1252(word) || word.length > LONGEST) {
      throw refused(
        `A listed word has at most ${LONGEST} letters of Western European ` +
          "languages.",
      );
    }
    const { store, live } = context;
    if (store.words.list().length >= MOST) {
      throw refused(`The list has at most ${MOST} words.`);
    }
    const action = input.action ?? "refuse";
    store.transaction(() => {
      const at = context.now();
      store.words.set({ word, action, by: context.actor.name, at });
      audit(context, { action: "word add", target: word, after: action });
    });
    live?.wordsChanged();
    return done({ word, action }, `"${word}": ${action}.`);
  },
});

export const wordList = command({
  path: ["word", "list"],
  summary: "List the words that rooms do not take as they are",
  examples: ["retropal word list"],
  fields: {},
  role: "moderator",
  run({ store }) {
    const words = store.words.list();
    if (words.length === 0) return done([], "The list is empty.");
    return done(
      words,
      ...columns(
        ["WORD", "ACTION", "BY", "SINCE"],
        words.map(({ word, action, by, at }) => [
          word,
          action,
          by,
          timeText(at),
        ]),
      ),
    );
  },
});

export const wordRemove = command({
  path: ["word", "remove"],
  summary: "Take a word off the list",
  examples: ["retropal word remove darn"],
  fields: { word: argument("WORD", "As the list has it.", { rest: true }) },
  role: "admin",
  run(context, input) {
    const { store, live } = context;
    store.transaction(() => {
      if (!store.words.remove(input.word.trim())) {
        throw notFound(
          `"${input.word}" is not on the list. \`retropal word list\` shows ` +
            "it.",
        );
      }
      audit(context, { action: "word remove", target: input.word.trim() });
    });
    live?.wordsChanged();
    return done(
      { word: input.word },
      `"${input.word}" is removed from the list.`,
    );
  },
});

export const wordTest = command({
  path: ["word", "test"],
  summary: "Show the effect of the list of words on a text",
  examples: ['retropal word test "You darn <pb>sp</pb>am"'],
  fields: {
    text: argument("TEXT", "A line as a client sends it.", { rest: true }),
  },
  role: "moderator",
  run({ store }, input) {
    const { refused, flagged, text } = new WordFilter(store.words.list())
      .judge(encodeText(input.text));
    const after = decodeText(text);
    return done(
      { refused: refused?.word ?? null, flagged, text: after },
      ...(refused === undefined
        ? [`sent as: ${after}`]
        : [`refused for "${refused.word}"`]),
      ...flagged.map(({ word }) => `flagged for "${word}"`),
    );
  },
});
