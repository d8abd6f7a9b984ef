/**
 * The lines of a room or conversation, newest at the bottom.
 *
 * @module
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Line } from "../model.ts";
import { Marked, usePage } from "./base.tsx";

/** Distance from the end within which new lines scroll into view. */
const NEAR_PX = 80;
const NOTES: Partial<Record<Line["kind"], string>> = {
  whisper: " (whisper)",
  profile: " (profile message)",
};
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

export function Lines({ lines, label }: { lines: Line[]; label: string }) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = list.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  });
  return (
    <div
      ref={list}
      class="lines scroll"
      role="log"
      aria-label={label}
      tabIndex={0}
      onScroll={(
        { currentTarget: { scrollHeight, scrollTop, clientHeight } },
      ) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      }}
    >
      {lines.map((line) => <OneLine key={line.id} line={line} />)}
    </div>
  );
}

function OneLine({ line }: { line: Line }) {
  const { session } = usePage();
  const { kind, own, delivery } = line;
  return (
    <div class={`line ${kind}${own ? " own" : ""} ${delivery}`}>
      <time dateTime={line.at.toISOString()}>{time.format(line.at)}</time>{" "}
      <b class="who">{line.name}{NOTES[kind]}:</b>{" "}
      <span class="text">
        <Marked text={line.text} />
      </span>
      {delivery === "refused" && (
        <>
          {" "}
          <em>was not accepted</em>
        </>
      )}
      {delivery === "unsure" && (
        <>
          {" "}
          <em>may not have arrived</em>{" "}
          <button
            type="button"
            class="button small"
            onClick={() => session.writer.again(line)}
          >
            Send again
          </button>
        </>
      )}
    </div>
  );
}
