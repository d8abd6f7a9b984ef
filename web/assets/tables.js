/**
 * Sorting and filtering for the desk's tables: a click on a heading sorts, and
 * long tables get a filter field that hides rows without the text.
 */
"use strict";
(() => {
  const LONG = 8;

  /** @param {HTMLTableRowElement} row @param {number} column */
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const time = cell?.querySelector("time")?.dateTime;
    return time ?? cell?.textContent?.trim() ?? "";
  };

  /** @param {string} a @param {string} b */
  const compare = (a, b) =>
    a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" });

  /** @param {HTMLTableElement} table */
  const sortable = (table) => {
    const body = table.tBodies[0];
    for (const head of table.querySelectorAll("th")) {
      if (head.querySelector(".unseen") || body === undefined) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.querySelectorAll("th")) {
          other.removeAttribute("aria-sort");
        }
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const column = head.cellIndex;
        const rows = [...body.rows].sort((a, b) =>
          compare(valueOf(a, column), valueOf(b, column)) * (down ? -1 : 1)
        );
        body.append(...rows);
      });
    }
  };

  /** @param {HTMLTableElement} table */
  const filterable = (table) => {
    const body = table.tBodies[0];
    const scroll = table.closest(".scroll");
    if (body === undefined || scroll === null || body.rows.length < LONG) {
      return;
    }
    const label = document.createElement("label");
    label.className = "filter";
    const input = document.createElement("input");
    input.type = "search";
    label.append("Only rows with ", input);
    scroll.before(label);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const row of body.rows) {
        row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
      }
    });
  };

  // Tables that live.js replaces are left alone.
  if (document.body.dataset.live !== undefined) return;
  for (const table of document.querySelectorAll("main table")) {
    if (!(table instanceof HTMLTableElement)) continue;
    sortable(table);
    filterable(table);
  }
})();
