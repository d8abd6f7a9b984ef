/**
 * Adds packets to the table of the live packet view as they come.
 *
 * @module
 */
export const PACKETS_SCRIPT = `"use strict";
(() => {
  const table = document.getElementById("packets");
  if (!table || !table.dataset.stream || !window.EventSource) return;
  const MOST = 500;
  const source = new EventSource(table.dataset.stream);
  source.addEventListener("packet", (event) => {
    const row = table.tBodies[0].insertRow(0);
    for (const text of JSON.parse(event.data)) row.insertCell().textContent = text;
    while (table.tBodies[0].rows.length > MOST) table.tBodies[0].deleteRow(-1);
  });
  source.addEventListener("open", () => { document.body.dataset.state = "live"; });
  source.addEventListener("error", () => { document.body.dataset.state = "lost"; });
  addEventListener("pagehide", () => source.close());
})();
`;
