/**
 * Keeps a page up to date: replaces elements with the HTML that the server sends
 * for their ids. Without this script the page shows the state at its load.
 */
"use strict";
(() => {
  const path = document.body.dataset.live;
  if (!path || !("EventSource" in globalThis)) return;

  /**
   * @param {string} id
   * @param {string} html
   */
  const replace = (id, html) => {
    const old = document.getElementById(id);
    if (!old) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.firstElementChild;
    if (!fresh || fresh.outerHTML === old.outerHTML) return;
    // Leave the element alone while the user is about to use it.
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
