/**
 * Small dialogs that ask for one line of text or a confirmation.
 *
 * @module
 */
import { useId, useState } from "preact/hooks";
import { Dialog } from "./base.tsx";
import { strangeLetters } from "./composer.tsx";

interface AskProps {
  readonly title: string;
  readonly label: string;
  /** Label of the button that sends the text. */
  readonly action: string;
  readonly value?: string;
  readonly mayBeEmpty?: boolean;
  readonly maxLength?: number;
  readonly use: (text: string) => void;
  readonly close: () => void;
}

/** Asks for a line of text that old clients can show. */
export function Ask(
  { title, label, action, value = "", mayBeEmpty = false, ...more }: AskProps,
) {
  const { maxLength = 500, use, close } = more;
  const id = useId();
  const [fault, setFault] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = String(form.get("text")).normalize("NFC").trim();
    const strange = strangeLetters(text);
    if (strange !== "") {
      setFault(`The clients of 2002 cannot show ${strange}.`);
      return;
    }
    use(text);
    close();
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        <p class="field">
          <label for={id}>{label}</label>
          <input
            id={id}
            name="text"
            autocomplete="off"
            autofocus
            defaultValue={value}
            required={!mayBeEmpty}
            maxLength={maxLength}
          />
        </p>
        {fault !== "" && <p class="fault" role="alert">{fault}</p>}
        <button type="submit" class="button">{action}</button>
      </form>
    </Dialog>
  );
}

export function Confirm(
  { title, text, action, use, close }: {
    title: string;
    text: string;
    action: string;
    use: () => void;
    close: () => void;
  },
) {
  return (
    <Dialog title={title} close={close}>
      <p>{text}</p>
      <p class="actions">
        <button
          type="button"
          class="button danger"
          onClick={() => {
            use();
            close();
          }}
        >
          {action}
        </button>
        <button type="button" class="button quiet-button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}
