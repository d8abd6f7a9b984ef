/**
 * The menu beside a name, and the dialogs that its entries open.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** Renders a dialog beside the menu; gets a function that closes it. */
export type Dialogue = (close: () => void) => ComponentChildren;

export interface Choice {
  readonly label: string;
  readonly act?: () => void;
  readonly dialog?: Dialogue;
}

export function Menu(
  { label, choices }: { label: string; choices: readonly Choice[] },
) {
  const [dialog, setDialog] = useState<Dialogue | undefined>();
  return (
    <>
      <details
        class="menu"
        name="menu"
        onToggle={({ currentTarget }) => {
          if (currentTarget.open) place(currentTarget);
        }}
        onKeyDown={({ key, currentTarget }) => {
          if (key === "Escape") shut(currentTarget);
        }}
      >
        <summary aria-label={label}>⋯</summary>
        <div class="choices">
          {choices.map((choice) => (
            <button
              key={choice.label}
              type="button"
              onClick={({ currentTarget }) => {
                shut(currentTarget.closest("details")!);
                choice.act?.();
                if (choice.dialog) setDialog(() => choice.dialog);
              }}
            >
              {choice.label}
            </button>
          ))}
        </div>
      </details>
      {dialog?.(() => setDialog(undefined))}
    </>
  );
}

/** Closes a menu. Its dialogs return the focus to the menu. */
function shut(menu: HTMLDetailsElement): void {
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/** Puts the entries below the menu's button, or higher where they would end. */
function place(menu: HTMLDetailsElement): void {
  const entries = menu.querySelector<HTMLElement>(".choices")!;
  const button = menu.getBoundingClientRect();
  const highest = innerHeight - entries.offsetHeight;
  const top = Math.max(0, Math.min(button.bottom, highest));
  entries.style.setProperty("--menu-top", `${top}px`);
  entries.style.setProperty("--menu-right", `${innerWidth - button.right}px`);
}
