/**
 * Puts the text of a chosen file into the text area before it. Without this
 * script the text is pasted.
 */
"use strict";
(() => {
  // The pages take forms of 64 KiB.
  const MOST = 60_000;

  for (const input of document.querySelectorAll("input[data-into]")) {
    if (!(input instanceof HTMLInputElement)) continue;
    const area = document.getElementById(input.dataset.into ?? "");
    const box = input.closest("p");
    if (!(area instanceof HTMLTextAreaElement) || box === null) continue;
    box.hidden = false;
    input.addEventListener("change", async () => {
      const file = input.files?.[0];
      if (file === undefined) return;
      const text = await file.text();
      const fits = encodeURIComponent(text).length < MOST;
      input.setCustomValidity(
        fits ? "" : "Too large for this page: use the command line.",
      );
      if (fits) area.value = text;
      else input.reportValidity();
    });
  }
})();
