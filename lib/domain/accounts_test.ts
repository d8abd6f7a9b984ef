import { equal, match, notEqual } from "node:assert/strict";
import {
  imitationFault,
  nicknameFault,
  passwordFault,
  skeleton,
} from "./accounts.ts";

Deno.test("nicknameFault() lets ordinary and odd but harmless names pass", () => {
  for (
    const name of [
      "Ann",
      "a",
      "John Doe",
      "**kim**",
      "J\u00fcrgen\u2122",
      "\u20acuro",
      "x".repeat(127),
      "\u00fc".repeat(127),
    ]
  ) equal(nicknameFault(name), null, name);
});

Deno.test("nicknameFault() refuses with a sentence what the client cannot bear", () => {
  const refused: [string, RegExp][] = [
    ["", /at least one/],
    ["x".repeat(128), /has 128 characters: at most 127/],
    ["\u00c8ve", /stumbles over "\u00c8"/],
    ["a=b", /stumbles over "="/],
    ["a,b", /stumbles over ","/],
    ["a\nb", /one line/],
    ["a\u0000b", /one line/],
    ["a\u0081b", /one line/],
    [" a", /begin or end/],
    ["a\u00a0", /begin or end/],
    ["\u00a0\u00ad", /can be seen/],
    ["a\u00a0b", /cannot be seen/],
    ["a\u00ad", /cannot be seen/],
    ["\u0416enya", /cannot show "\u0416"/],
    ["a\u200bb", /cannot show/],
    ["\u{1f600}", /cannot show/],
  ];
  for (const [name, why] of refused) match(nicknameFault(name) ?? "", why);
});

Deno.test("passwordFault() wants five to twelve bytes of Windows-1252", () => {
  equal(passwordFault("12345"), null);
  equal(passwordFault("\u00e9\u00e9\u00e9\u00e9\u20ac 78901\u00c8"), null);
  match(passwordFault("1234") ?? "", /too short: .*5 to 12/);
  match(passwordFault("1234567890123") ?? "", /too long: .*5 to 12/);
  match(passwordFault("\u0416\u0416\u0416\u0416\u0416") ?? "", /cannot type/);
  match(passwordFault("abc\ndef") ?? "", /cannot type/);
});

Deno.test("imitationFault() sees through case, accents, signs and look-alikes", () => {
  for (
    const name of [
      "paltalk",
      "PALTALK",
      "PaItalk",
      "Pa1talk",
      "P\u00e0ltalk",
      "P a l t a l k",
      "_Paltalk_",
      "Pal\u00adtalk",
      "P@|t4lk",
      "\u00feaItaIk",
      "Paltalk Support",
      "Paltalk_Admin",
    ]
  ) match(imitationFault(name, []) ?? "", /looks like Paltalk/, name);
  for (const name of ["B0SS", "b.oss", "\u00dfoss", "Bo55"]) {
    match(imitationFault(name, ["Boss"]) ?? "", /too much like Boss/, name);
  }
  for (const name of ["Ann", "Palmtree", "Bosse", "Paltalker"]) {
    equal(imitationFault(name, ["Boss"]), null, name);
  }
});

Deno.test("skeleton() keeps names of signs alone apart", () => {
  notEqual(skeleton("***"), skeleton("---"));
  equal(skeleton("modern"), skeleton("modem"));
});
