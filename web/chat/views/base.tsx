/**
 * What every view uses: the page's parts, redrawing, and small elements.
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
  /** Of the server. */
  readonly name: string;
  /** Signed in on the pages; "" when nobody is. */
  readonly nickname: string;
  /** Where this page has a microphone; "" when the host named no such place. */
  readonly secure: string;
  /** Whether visitors may make accounts. */
  readonly registration: boolean;
}

export const PageContext = createContext<Page | undefined>(undefined);

/** The page; a component that uses it is drawn again after each change. */
export function usePage(): Page {
  const page = useContext(PageContext)!;
  const [, redraw] = useState(0);
  useEffect(() => page.model.subscribe(() => redraw((n) => n + 1)), [page]);
  return page;
}

/** Text with the client's markup, in the colours that the writer chose. */
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
  // Colours of 2002 were chosen for white paper.
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
      // Only one that is closed, not taken away, gives the focus back.
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
