/**
 * Categories and room lists (docs/protocol.md, "Categories and lists").
 *
 * @module
 */
import { fixed, fromClient, fromServerBody, optional, u32 } from "../layout.ts";
import { MAX_SENT_PAYLOAD } from "../frame.ts";
import { encodeList, encodeRecord, parseList, SEPARATOR } from "../records.ts";

/** What a REFRESH_CATEGORIES asks for. */
export const REFRESH_KIND = {
  counts: 0,
  rooms: 1,
  affiliates: 3,
  affiliateRooms: 4,
} as const;

/** `id` is a category, or an affiliate. */
export const refreshCategories = fromClient("REFRESH_CATEGORIES", {
  one: optional(fixed(u32, 1), undefined),
  kind: optional(u32, 0),
  id: optional(u32, 0),
});

export interface CategoryEntry {
  readonly code: number;
  readonly name: string;
}

/** The client's table has 128 entries, with 256 bytes for a name. */
export const MAX_CATEGORIES = 128;

export const categoryList = fromServerBody<readonly CategoryEntry[]>(
  "CATEGORY_LIST",
  {
    read: (from) =>
      parseList(from.rest()).map((fields) => ({
        code: Number(fields.get("code")),
        name: fields.get("value") ?? "",
      })),
    write(to, categories) {
      const records = categories.map((category) =>
        encodeRecord([
          ["code", category.code],
          ["value", category.name.slice(0, 200) || "-"],
          // The client skips records without this line.
          ["list", 2],
        ])
      );
      to.bytes(encodeList(records, { records: MAX_CATEGORIES }));
    },
  },
);

export interface CategoryCount {
  readonly code: number;
  readonly rooms: number;
}

export const categoryCount = fromServerBody<readonly CategoryCount[]>(
  "CATEGORY_COUNT",
  {
    read: (from) =>
      parseList(from.rest()).map((fields) => ({
        code: Number(fields.get("id")),
        rooms: Number(fields.get("#")),
      })),
    write(to, counts) {
      const records = counts.map(({ code, rooms }) =>
        encodeRecord([["id", code], ["#", rooms]])
      );
      to.bytes(encodeList(records, { records: 999 }));
    },
  },
);

export interface RoomEntry {
  readonly gid: number;
  readonly name: string;
  /** The client keeps only ten bits of it. */
  readonly members: number;
  /** 0 text, 1 voice, 2 video. */
  readonly voice: 0 | 1 | 2;
  readonly locked: boolean;
  readonly rating: string;
}

export interface RoomList {
  readonly category: number;
  readonly rooms: readonly RoomEntry[];
}

/** The client's table has 800 entries, one of them for the category. */
export const MAX_LISTED_ROOMS = 798;
/** The largest number that fits in ten bits. */
export const MAX_SHOWN_MEMBERS = 1023;

function roomRecord(room: RoomEntry) {
  return encodeRecord([
    ["id", room.gid],
    ["nm", room.name.slice(0, 255) || "-"],
    ["#", Math.min(room.members, MAX_SHOWN_MEMBERS)],
    ["v", room.voice],
    ["l", room.locked ? 1 : 0],
    ["r", room.rating.slice(0, 1) || "G"],
    ["p", 0],
    // The client misreads anything but nine digits; zeros mean "no color".
    ["c", "000000000"],
  ]);
}

export const roomList = fromServerBody<RoomList>("ROOM_LIST", {
  read(from) {
    const [head, ...rooms] = parseList(from.rest());
    return {
      category: Number(head?.get("catg")),
      rooms: rooms.map((fields) => ({
        gid: Number(fields.get("id")),
        name: fields.get("nm") ?? "",
        members: Number(fields.get("#")),
        voice: Number(fields.get("v")) as 0 | 1 | 2,
        locked: fields.get("l") === "1",
        rating: fields.get("r") ?? "G",
      })),
    };
  },
  write(to, { category, rooms }) {
    const head = encodeRecord([["catg", category]]);
    to.bytes(head);
    to.u8(SEPARATOR);
    // One packet only: a second would replace the first in the window.
    to.bytes(encodeList(rooms.map(roomRecord), {
      records: MAX_LISTED_ROOMS,
      bytes: MAX_SENT_PAYLOAD - head.length - 1,
    }));
  },
});

/** This server has no affiliates, but the request must still be answered. */
export const affiliateList = fromServerBody<void>("AFFILIATE_LIST", {
  read: (from) => void from.rest(),
  write: () => {},
});

export interface AffiliateRooms {
  readonly affiliate: number;
}

export const affiliateRooms = fromServerBody<AffiliateRooms>(
  "AFFILIATE_ROOMS",
  {
    read: (from) => ({
      affiliate: Number(parseList(from.rest())[0]?.get("aff")),
    }),
    write: (to, { affiliate }) =>
      to.bytes(
        encodeList([encodeRecord([["aff", affiliate]])], { records: 1 }),
      ),
  },
);
