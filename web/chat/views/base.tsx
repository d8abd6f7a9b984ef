/**
 * Shared by all views: access to the page, redrawing, and small elements.
 *
 * @module
 */
import { type ComponentChildren, createContext } from "preact";
import {
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "preact/hooks";
import type { Model } from "../model.ts";
import { needsDark } from "../readable.ts";
import type { Session } from "../session.ts";
import { readMarkup, type Run } from "../text.ts";
import type { Video } from "../video.ts";
import type { Voice } from "../voice/voice.ts";

export interface Page {
  readonly model: Model;
  readonly session: Session;
  readonly voice: Voice;
  readonly video: Video;
  /** Name of the server. */
  readonly name: string;
  /** Nickname of the web session; "" when signed out. */
  readonly nickname: string;
  /**
   * HTTPS address of this page, where a microphone works; "" if the host has
   * not set one.
   */
  readonly secure: string;
  /** Whether visitors can create accounts. */
  readonly registration: boolean;
}

export const PageContext = createContext<Page | undefined>(undefined);

/** Returns the page. Components that use it are redrawn after each change. */
export function usePage(): Page {
  const page = useContext(PageContext)!;
  const [, redraw] = useState(0);
  useEffect(() => page.model.subscribe(() => redraw((n) => n + 1)), [page]);
  return page;
}

/** Renders text with the client's markup and colours. */
export function Marked({ text }: { text: string }) {
  return <>{readMarkup(text).map((run, i) => <Piece key={i} run={run} />)}</>;
}

function Piece({ run }: { run: Run }) {
  const style: Record<string, string> = {};
  if (run.bold) style["fontWeight"] = "bold";
  if (run.italic) style["fontStyle"] = "italic";
  if (run.underline) style["textDecoration"] = "underline";
  if (run.color !== undefined) style["color"] = run.color;
  if (run.size !== undefined) style["fontSize"] = `${run.size / 8}em`;
  // Colours chosen by old clients were meant for a white background.
  const className = run.color === undefined
    ? ""
    : needsDark(run.color)
    ? "colored light"
    : "colored";
  if (run.href === undefined) {
    return <span class={className} style={style}>{run.text}</span>;
  }
  return (
    <a
      href={run.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      style={style}
    >
      {run.text}
    </a>
  );
}

/** A modal dialog; Escape and its button close it. */
export function Dialog(
  { title, close, children }: {
    title: string;
    close: () => void;
    children: ComponentChildren;
  },
) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => {
      // Only closing the dialog, not removing it, returns the focus.
      element.addEventListener("close", (event) => {
        event.stopImmediatePropagation();
      }, { capture: true });
      element.close();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={close}>
      <h2 class="bar">
        {title}
        <button
          type="button"
          class="close"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          ×
        </button>
      </h2>
      <div class="body">{children}</div>
    </dialog>
  );
}
