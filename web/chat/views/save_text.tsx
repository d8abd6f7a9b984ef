/**
 * Saves the lines of a room or conversation as a text file.
 *
 * @module
 */
import type { Line } from "../model.ts";
import { plainText } from "../text.ts";

export function SaveText({ name, lines }: { name: string; lines: Line[] }) {
  const save = () => {
    const text = lines.map(({ at, name, text }) =>
      `${at.toLocaleString()} ${name}: ${plainText(text)}\r\n`
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(text, { type: "text/plain" }));
    link.download = `${name.replaceAll(/[^\p{L}\p{N} ._-]/gu, "_")}.txt`;
    link.click();
    // By then the browser has read it.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return (
    <button
      type="button"
      class="button small"
      title="Save what was said as a text file"
      disabled={lines.length === 0}
      onClick={save}
    >
      Save
    </button>
  );
}
