/**
 * Checks a nickname and a password during typing. The server repeats all checks,
 * so without this script errors appear after submitting.
 */
"use strict";
(() => {
  // Characters of Windows-1252 that Latin-1 lacks.
  const more =
    "\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d" +
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178";

  /** @param {string} text */
  const typable = (text) =>
    [...text].every((letter) =>
      (letter >= " " && letter <= "~") ||
      (letter >= "\u00a0" && letter <= "\u00ff") ||
      more.includes(letter)
    );

  /**
   * @param {HTMLInputElement} input
   * @param {string} fault "" for none
   */
  const say = (input, fault) => {
    const place = document.getElementById(input.id + "-fault");
    if (place && place.textContent !== fault) place.textContent = fault;
    input.setCustomValidity(fault);
    if (fault) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };

  /** @param {string} text */
  const passwordFault = (text) => {
    if (text === "") return "";
    if (!typable(text)) return "The old client cannot type that password.";
    if (text.length < 5) {
      return "The password is too short: the client wants 5 to 12 characters.";
    }
    if (text.length > 12) {
      return "The password is too long: the client wants 5 to 12 characters.";
    }
    return "";
  };

  const passwords =
    /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(
      "input[name=password][aria-describedby]",
    ));
  for (const password of passwords) {
    const repeat = /** @type {HTMLInputElement | null | undefined} */ (
      password.form?.querySelector("input[name=repeat]")
    );
    const check = () => {
      say(password, passwordFault(password.value));
      if (!repeat) return;
      const differs = repeat.value !== "" && repeat.value !== password.value;
      say(repeat, differs ? "The two passwords differ." : "");
    };
    password.addEventListener("input", check);
    repeat?.addEventListener("input", check);
  }

  const nickname = /** @type {HTMLInputElement | null} */ (
    document.querySelector("#register input[name=nickname]")
  );
  if (!nickname) return;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;

  /**
   * @param {string} wish
   * @param {number} number of the request: answers to older ones are ignored
   */
  const ask = async (wish, number) => {
    try {
      const answer = await fetch(
        "/register/check?nickname=" + encodeURIComponent(wish),
      );
      const { fault } = answer.ok ? await answer.json() : { fault: null };
      if (number === asked) say(nickname, fault || "");
    } catch {
      // The server is unreachable; it checks again after submitting.
    }
  };

  nickname.addEventListener("input", () => {
    clearTimeout(timer);
    const number = ++asked;
    const wish = nickname.value.trim();
    if (wish === "") return say(nickname, "");
    timer = setTimeout(() => ask(wish, number), 300);
  });
})();
