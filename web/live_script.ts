/**
 * Keeps a page up to date: replaces elements by the HTML that the server sends
 * for their ids. Everything is on the page without it, as of when it was made.
 *
 * @module
 */
export const LIVE_SCRIPT = `"use strict";
(() => {
  const path = document.body.dataset.live;
  if (!path || !window.EventSource) return;

  const replace = (id, html) => {
    const old = document.getElementById(id);
    if (!old) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.firstElementChild;
    if (!fresh || fresh.outerHTML === old.outerHTML) return;
    // What somebody is about to use stays until he has left it.
    if (old.contains(document.activeElement)) return;
    old.replaceWith(fresh);
  };

  const source = new EventSource(path);
  source.addEventListener("fragments", (event) => {
    for (const [id, html] of JSON.parse(event.data)) replace(id, html);
    document.body.dataset.state = "live";
  });
  source.addEventListener("error", () => {
    document.body.dataset.state = "lost";
  });
  addEventListener("pagehide", () => source.close());
})();
`;
