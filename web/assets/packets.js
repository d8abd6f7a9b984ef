/** Adds arriving packets to the table of the live packet view. */
"use strict";
(() => {
  const MOST = 500;
  const table = document.getElementById("packets");
  if (!(table instanceof HTMLTableElement) || !("EventSource" in globalThis)) {
    return;
  }
  const [body] = table.tBodies;
  const { stream } = table.dataset;
  if (!stream || !body) return;
  const source = new EventSource(stream);
  source.addEventListener("packet", (event) => {
    const row = body.insertRow(0);
    for (const text of JSON.parse(event.data)) {
      row.insertCell().textContent = text;
    }
    while (body.rows.length > MOST) body.deleteRow(-1);
  });
  source.addEventListener("open", () => {
    document.body.dataset.state = "live";
  });
  source.addEventListener("error", () => {
    document.body.dataset.state = "lost";
  });
  addEventListener("pagehide", () => source.close());
})();
