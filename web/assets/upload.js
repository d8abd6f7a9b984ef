/**
 * Puts the text of a chosen file into the text area before it. Without this
 * script the text is pasted.
 */
"use strict";
(() => {
  for (const input of document.querySelectorAll("input[data-into]")) {
    if (!(input instanceof HTMLInputElement)) continue;
    const area = document.getElementById(input.dataset.into ?? "");
    const box = input.closest("p");
    if (!(area instanceof HTMLTextAreaElement) || box === null) continue;
    box.hidden = false;
    input.addEventListener("change", async () => {
      const file = input.files?.[0];
      if (file !== undefined) area.value = await file.text();
    });
  }
})();
