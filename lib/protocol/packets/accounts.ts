/**
 * Passwords and registration (docs/protocol.md, "Registration and passwords").
 *
 * @module
 */
import {
  fromClient,
  fromClientBody,
  fromServer,
  fromServerBody,
  Malformed,
  tail,
  u32,
} from "../layout.ts";
import { CLIENT_TYPES } from "../packet_types.ts";
import { encodeRecord, parseRecord } from "../records.ts";
import { decodeText, encodeText } from "../windows1252.ts";
import type { Fields } from "./directory.ts";

export const passwordChangeAsk = fromClient("PASSWORD_CHANGE_ASK", {
  uid: u32,
});

/** Like SERVER_KEY, but the client has room for twelve bytes only. */
export const passwordResetOffset = fromServer("PASSWORD_RESET_OFFSET", {
  key: tail(12),
});

export interface PasswordChange {
  readonly uid: number;
  /** Encoded under the offset of PASSWORD_RESET_OFFSET. */
  readonly oldDigits: string;
  /** Digits under offset 0. */
  readonly newDigits: string;
}

export const passwordChange = fromClientBody<PasswordChange>(
  "PASSWORD_CHANGE",
  {
    read(from) {
      const uid = from.u32();
      const [oldDigits, newDigits] = decodeText(from.rest()).split("\n");
      if (oldDigits === undefined || newDigits === undefined) {
        return new Malformed("two lines wanted");
      }
      return { uid, oldDigits, newDigits };
    },
    write(to, { uid, oldDigits, newDigits }) {
      to.u32(uid);
      to.bytes(encodeText(`${oldDigits}\n${newDigits}`));
    },
  },
);

export interface PasswordHint {
  /** Number of the question in the client's list; 0 when none was chosen. */
  readonly question: number;
  readonly answer: string;
  readonly hint: string;
}

/**
 * Follows every PASSWORD_CHANGE, with the hint alone; the dialog "Paltalk
 * Password Identification" fills in all three.
 */
export const passwordHint = fromClientBody<PasswordHint>(
  "PASSWORD_HINT",
  {
    read(from) {
      const question = from.u16();
      const text = decodeText(from.rest());
      const end = text.indexOf("\n");
      return {
        question,
        answer: text.slice(0, Math.max(end, 0)),
        hint: text.slice(end + 1),
      };
    },
    write(to, { question, answer, hint }) {
      to.u16(question);
      to.bytes(encodeText(`${answer}\n${hint}`));
    },
  },
);

/** Unparsed fields; `password` holds digits under offset 0. */
export const register = fromClientBody<Fields>("REGISTER", {
  read: (from) => parseRecord(from.rest()),
  write: (to, fields) => to.bytes(encodeRecord([...fields])),
});

/** The outcomes of REGISTER; all three are FEEDBACK to -1170. */
export type Registration =
  | { readonly uid: number }
  | { readonly suggestion: string }
  | { readonly refusal: string };

/** The code that means "taken, but this nickname is free". */
const SUGGEST = 99;

export const registration = fromServerBody<Registration>("FEEDBACK", {
  read(from) {
    if (from.i16() !== CLIENT_TYPES.REGISTER.type) {
      return new Malformed("not about REGISTER");
    }
    const code = from.i16();
    if (code === 0) return { uid: from.u32() };
    const text = decodeText(from.rest());
    return code === SUGGEST ? { suggestion: text } : { refusal: text };
  },
  write(to, result) {
    to.u16(CLIENT_TYPES.REGISTER.type);
    if ("uid" in result) {
      to.u16(0);
      to.u32(result.uid);
    } else if ("suggestion" in result) {
      to.u16(SUGGEST);
      to.bytes(encodeText(result.suggestion).subarray(0, 127));
    } else {
      to.u16(1);
      to.bytes(encodeText(result.refusal).subarray(0, 511));
    }
  },
});
