/**
 * The input for messages: text with the client's formats, limited to
 * Windows-1252.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { fitsWindows1252 } from "../../../lib/protocol/windows1252.ts";
import { prefer, preferences } from "../preferences.ts";
import { type Look, writeMarkup } from "../text.ts";
import { usePage } from "./base.tsx";

const MOST_LETTERS = 1000;
const COLORS: readonly [string, string][] = [
  ["", "Black"],
  ["#c00000", "Red"],
  ["#007000", "Green"],
  ["#0000ff", "Blue"],
  ["#800080", "Purple"],
  ["#a05000", "Brown"],
];
const SIZES = [8, 10, 12, 14, 18];

export function Composer(
  { label, send }: { label: string; send: (text: string) => void },
) {
  const { model } = usePage();
  const [text, setText] = useState("");
  const [look, setLook] = useState<Look>(preferences().look);
  const [fault, setFault] = useState("");
  const submit = () => {
    const line = text.normalize("NFC").replaceAll(/\s*\n\s*/g, " ").trim();
    if (line === "") return;
    if (model.phase !== "online") {
      setFault("There is no connection now. The text stays here.");
      return;
    }
    const strange = strangeLetters(line);
    if (strange !== "") {
      setFault(
        `The clients of 2002 cannot show ${strange}. ` +
          "Please write it in other letters.",
      );
      return;
    }
    // The command of a whisper must come before the tags.
    const command = /^\/\S+\s/.test(line);
    send(command ? line : writeMarkup(line, look));
    setText("");
    setFault("");
  };
  const style = {
    fontWeight: look.bold ? "bold" : "normal",
    fontStyle: look.italic ? "italic" : "normal",
    textDecoration: look.underline ? "underline" : "none",
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Looks
        look={look}
        setLook={(look) => {
          setLook(look);
          prefer({ look });
        }}
      />
      {fault !== "" && <p class="fault" role="alert">{fault}</p>}
      <div class="write">
        <textarea
          aria-label={label}
          rows={2}
          value={text}
          maxLength={MOST_LETTERS}
          style={style}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setFault("");
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) {
              return;
            }
            event.preventDefault();
            submit();
          }}
        />
        <button type="submit" class="button">Send</button>
      </div>
    </form>
  );
}

function Looks(
  { look, setLook }: { look: Look; setLook: (look: Look) => void },
) {
  const key = (name: "bold" | "italic" | "underline", sign: string) => (
    <button
      type="button"
      class={`look ${name}`}
      aria-label={name}
      aria-pressed={look[name]}
      onClick={() => setLook({ ...look, [name]: !look[name] })}
    >
      {sign}
    </button>
  );
  return (
    <div class="looks" role="group" aria-label="Look of the text">
      {key("bold", "B")}
      {key("italic", "I")}
      {key("underline", "U")}
      <select
        aria-label="Colour"
        value={look.color ?? ""}
        onChange={({ currentTarget: { value } }) =>
          setLook({ ...look, color: value || undefined })}
      >
        {COLORS.map(([value, name]) => (
          <option key={value} value={value}>{name}</option>
        ))}
      </select>
      <select
        aria-label="Size"
        value={look.size ?? ""}
        onChange={({ currentTarget: { value } }) =>
          setLook({ ...look, size: value ? Number(value) : undefined })}
      >
        <option value="">Size</option>
        {SIZES.map((size) => <option key={size} value={size}>{size}</option>)}
      </select>
    </div>
  );
}

/**
 * Returns each character that Windows-1252 lacks, once; "" when there are none.
 */
export function strangeLetters(text: string): string {
  const strange = [...new Set(text.normalize("NFC"))]
    .filter((letter) => !fitsWindows1252(letter));
  return strange.slice(0, 10).map((letter) => `“${letter}”`).join(", ");
}
