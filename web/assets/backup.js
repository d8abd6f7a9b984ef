/**
 * Uploads a backup in parts, and then sends its form.
 */
"use strict";
(() => {
  const PART = 60_000;
  /** Tries of one part: a busy server answers 429 or 503 for a moment. */
  const TRIES = 60;

  /**
   * @param {string} path
   * @param {string} token
   * @param {Blob} part
   */
  const send = async (path, token, part) => {
    for (let tries = 1;; tries++) {
      try {
        const answer = await fetch(path, {
          method: "POST",
          headers: {
            "content-type": "application/octet-stream",
            "x-form-token": token,
          },
          body: part,
        });
        if (answer.ok) return;
        const { error } = await answer.json().catch(() => ({}));
        if (answer.status !== 429 && answer.status !== 503) {
          throw new RangeError(error ?? "Please reload the page.");
        }
      } catch (error) {
        if (error instanceof RangeError || tries === TRIES) throw error;
      }
      if (tries === TRIES) throw new RangeError("The server is too busy.");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  };

  /** @param {HTMLFormElement} form */
  const upload = async (form) => {
    const input = form.querySelector("input[type=file]");
    const bytes = form.querySelector("input[name=bytes]");
    const token = form.querySelector("input[name=form_token]");
    const state = form.querySelector(".upload-state");
    const button = form.querySelector("button");
    if (
      !(input instanceof HTMLInputElement) || state === null ||
      !(bytes instanceof HTMLInputElement) || button === null ||
      !(token instanceof HTMLInputElement)
    ) return;
    const file = input.files?.[0];
    if (file === undefined) return;
    button.disabled = true;
    try {
      for (let at = 0; at < file.size; at += PART) {
        const done = Math.floor(100 * at / file.size);
        const text = `Uploading: ${done} %`;
        if (state.textContent !== text) state.textContent = text;
        const path = `${form.dataset.backup}?at=${at}`;
        await send(path, token.value, file.slice(at, at + PART));
      }
      bytes.value = String(file.size);
      state.textContent = "Checking the file \u2026";
      form.submit();
    } catch (error) {
      button.disabled = false;
      state.textContent = error instanceof RangeError
        ? error.message
        : "The connection was lost. Please try again.";
    }
  };

  for (const form of document.querySelectorAll("form[data-backup]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void upload(form);
    });
  }
})();
