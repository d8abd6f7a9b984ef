/**
 * Search and profiles (docs/protocol.md, "Search and profile").
 *
 * @module
 */
import {
  fromClient,
  fromClientBody,
  fromServer,
  fromServerBody,
  tail,
} from "../layout.ts";
import {
  encodeList,
  encodeRecord,
  parseList,
  parseRecord,
} from "../records.ts";
import { decodeText, encodeText } from "../windows1252.ts";
import { answerRecord, type Person, personOf } from "./pals.ts";

/** Unparsed `key=value` fields of a client's packet. */
export type Fields = ReadonlyMap<string, string>;

/** Lines `uid first last nickname|exnick email`, or one of them alone. */
export const userSearch = fromClientBody<Fields>("USER_SEARCH", {
  read: (from) => parseRecord(from.rest()),
  write: (to, fields) => to.bytes(encodeFields(fields)),
});

/**
 * Parses the form in which another client sends them: joined by `&` into one
 * line, with %xx in the values. A nickname may contain such characters itself,
 * so try this only when the line as it stands finds no user.
 */
export function joinedSearch(fields: Fields): Fields | undefined {
  const [line, ...others] = [...fields].map((field) => field.join("="));
  if (line === undefined || others.length > 0 || !/[&%+]/.test(line)) {
    return undefined;
  }
  const lines = line.split("&").map((part) =>
    part.replaceAll("+", " ").replaceAll(
      /%([0-9a-f]{2})/gi,
      (_, digits) => decodeText(Uint8Array.of(parseInt(digits, 16))),
    ).replaceAll("\n", " ")
  );
  return parseRecord(encodeText(lines.join("\n")));
}

/**
 * Encodes fields as the client does: values unchanged, no newline at the end.
 */
function encodeFields(fields: Fields): Uint8Array {
  return encodeText(
    [...fields].map(([key, value]) =>
      `${key}=${value.replaceAll(/[\r\n]+/g, " ")}`
    ).join("\n"),
  );
}

/** The client's window takes fewer than 200. */
export const MAX_SEARCH_HITS = 199;

export const searchResponse = fromServerBody<readonly Person[]>(
  "SEARCH_RESPONSE",
  {
    read: (from) => parseList(from.rest()).map(personOf),
    write: (to, people) =>
      to.bytes(
        encodeList(people.map(answerRecord), { records: MAX_SEARCH_HITS }),
      ),
  },
);

/** Nothing was found; the client does not show the text. */
export const searchError = fromServer("SEARCH_ERROR", { text: tail(1023) });

export const userProfileUpdate = fromClientBody<Fields>(
  "USER_PROFILE_UPDATE",
  {
    read: (from) => parseRecord(from.rest()),
    write: (to, fields) => to.bytes(encodeFields(fields)),
  },
);

/** The hidden button "Random User Chat" of the White Pages. */
export const randomUserChat = fromClient("RANDOM_USER_CHAT", {});

/** An e-mail address to which the user wants to recommend this server. */
export const emailInvite = fromClientBody<Fields>("EMAIL_INVITE", {
  read: (from) => parseRecord(from.rest()),
  write: (to, fields) => to.bytes(encodeFields(fields)),
});

export interface FutureUser {
  readonly email: string;
  readonly status: number;
}

export const futureUserStatus = fromServerBody<readonly FutureUser[]>(
  "FUTURE_USER_STATUS",
  {
    read: (from) =>
      parseList(from.rest()).map((fields) => ({
        email: fields.get("email") ?? "",
        status: Number(fields.get("status")),
      })),
    write: (to, users) =>
      to.bytes(encodeList(
        users.map(({ email, status }) =>
          encodeRecord([["email", email.slice(0, 200) || "-"], [
            "status",
            status,
          ]])
        ),
        { records: MAX_SEARCH_HITS },
      )),
  },
);
