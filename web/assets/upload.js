/**
 * Copies the text of a chosen file into the text area before it, or uploads a
 * large file in parts. Without this script users paste the text.
 */
"use strict";
(() => {
  // The server accepts forms of up to 64 KiB.
  const MOST_IN_FORM = 60_000;
  const MOST = 4 * 1024 * 1024;
  const MOST_IN_PART = 40_000;

  /**
   * Returns the longest prefix whose encoded form fits into one request.
   *
   * @param {string} text
   * @param {number} at
   */
  const partOf = (text, at) => {
    let length = MOST_IN_PART;
    for (;;) {
      let part = text.slice(at, at + length);
      // Half a surrogate pair cannot be encoded.
      if (/[\ud800-\udbff]$/.test(part)) part = part.slice(0, -1);
      const encoded = encodeURIComponent(part).length;
      if (encoded <= MOST_IN_FORM) return part;
      length = Math.floor(length * MOST_IN_FORM / encoded * 0.9);
    }
  };

  /**
   * @param {HTMLFormElement | null} form
   * @param {string} text
   */
  const send = async (form, text) => {
    const field = form?.querySelector("input[name=form_token]");
    const token = field instanceof HTMLInputElement ? field.value : "";
    for (let at = 0; at < text.length;) {
      const part = partOf(text, at);
      const body = new URLSearchParams({ form_token: token, part });
      if (at === 0) body.set("first", "yes");
      const answer = await fetch("/desk/upload", { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      at += part.length;
    }
  };

  /**
   * @param {HTMLInputElement} input
   * @param {HTMLTextAreaElement} area
   * @param {HTMLInputElement} mark set when the file was uploaded ahead
   */
  const choose = async (input, area, mark) => {
    const file = input.files?.[0];
    mark.disabled = true;
    area.readOnly = false;
    input.setCustomValidity("");
    if (file === undefined) return;
    const text = await file.text();
    if (encodeURIComponent(text).length <= MOST_IN_FORM) {
      area.value = text;
      return;
    }
    area.value = "";
    try {
      if (text.length > MOST) throw new Error("413");
      area.placeholder = "Sending the file …";
      await send(input.form, text);
      mark.disabled = false;
      area.readOnly = true;
      area.placeholder = `${file.name} is ready: ${text.length} characters.`;
    } catch {
      area.placeholder = "";
      input.setCustomValidity("Too large for this page: use the command line.");
      input.reportValidity();
    }
  };

  for (const input of document.querySelectorAll("input[data-into]")) {
    if (!(input instanceof HTMLInputElement)) continue;
    const area = document.getElementById(input.dataset.into ?? "");
    const box = input.closest("p");
    if (!(area instanceof HTMLTextAreaElement) || box === null) continue;
    const mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = `uploaded.${area.name}`;
    mark.value = "yes";
    mark.disabled = true;
    box.append(mark);
    box.hidden = false;
    input.addEventListener("change", () => choose(input, area, mark));
  }
})();
