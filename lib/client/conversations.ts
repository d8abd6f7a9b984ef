/**
 * A user's contacts: messages, pals, presence, search.
 *
 * @module
 */
import { searchResponse, userSearch } from "../protocol/packets/directory.ts";
import { searchError } from "../protocol/packets/directory.ts";
import { imOut, userInfo } from "../protocol/packets/messages.ts";
import {
  addPal,
  awayMode,
  blockBuddy,
  buddyList,
  onlineMode,
  type Person,
  removePal,
  requestUser,
  unblock,
} from "../protocol/packets/pals.ts";
import { encodeText } from "../protocol/windows1252.ts";
import type { Line } from "./line.ts";

/** What the search window can ask for; `exact` is its exnick mode. */
export type Search = Partial<
  Record<"nickname" | "exact" | "first" | "last" | "email", string>
>;

export class Conversations {
  constructor(readonly client: Line) {}

  /** Sends an instant message, which opens a window for the receiver. */
  im(to: number, text: string | Uint8Array): Promise<void> {
    this.client.state.known.add(to);
    const bytes = typeof text === "string" ? encodeText(text) : text;
    return this.client.send(imOut, { to, text: bytes });
  }

  /** Adds a pal and waits for their record. */
  async addPal(uid: number): Promise<Person> {
    await this.client.send(addPal, { uid });
    const people = await this.client.expect(
      buddyList,
      (people) => people.some((person) => person.uid === uid),
    );
    return people.find((person) => person.uid === uid)!;
  }

  removePal(uid: number): Promise<void> {
    this.client.state.pals.delete(uid);
    return this.client.send(removePal, { uid });
  }

  block(uid: number): Promise<void> {
    return this.client.send(blockBuddy, { uid });
  }

  unblock(uid: number): Promise<void> {
    return this.client.send(unblock, { uid });
  }

  away(text: string | Uint8Array = ""): Promise<void> {
    const bytes = typeof text === "string" ? encodeText(text) : text;
    return this.client.send(awayMode, { text: bytes });
  }

  back(): Promise<void> {
    return this.client.send(onlineMode, {});
  }

  /** Requests a user's record. */
  async ask(uid: number): Promise<Person> {
    this.client.strictness.askedFor(uid);
    await this.client.send(requestUser, { uid });
    return await this.client.expect(userInfo, (person) => person.uid === uid);
  }

  /** Searches for users. Returns no hits after SEARCH_ERROR. */
  async search(wanted: Search): Promise<readonly Person[]> {
    const { nickname = "", exact, first = "", last = "", email = "" } = wanted;
    this.client.strictness.searched();
    await this.client.send(
      userSearch,
      new Map([
        ["uid", "3"],
        ["first", first],
        ["last", last],
        exact === undefined ? ["nickname", nickname] : ["exnick", exact],
        ["email", email],
      ]),
    );
    const { type } = searchResponse;
    const answer = await this.client.next((frame) =>
      frame.type === type || frame.type === searchError.type
    );
    if (answer.type !== type) return [];
    return searchResponse.parse(answer.payload) as readonly Person[];
  }
}
