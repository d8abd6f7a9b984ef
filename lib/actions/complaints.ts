/**
 * Complaints to staff: filing one, taking it on, closing it.
 *
 * @module
 */
import type { Complaint, RoomLine } from "../domain/moderation.ts";
import { LEVEL, type Store, type Uid } from "../domain/store.ts";
import {
  type Acting,
  type Actor,
  audit,
  Refused,
  requireYes,
} from "./acting.ts";

const DAY_MS = 86_400_000;
const LONGEST_TEXT = 500;
const LONGEST_NOTE = 2000;

export interface Report {
  readonly about: { readonly uid: Uid; readonly nickname: string } | null;
  readonly room: { readonly gid: number; readonly name: string } | null;
  readonly text: string;
  readonly lines?: readonly RoomLine[];
}

/** Stores a complaint. Throws when this reporter has filed too many today. */
export function fileComplaint(
  acting: Acting,
  { about, room, text, lines = [] }: Report,
  perDay: number,
): Complaint {
  const { store, actor } = acting;
  const at = acting.now();
  if (
    actor.uid !== null &&
    store.complaints.countBy(actor.uid, at - DAY_MS) >= perDay
  ) {
    throw new Refused(
      "You have made as many complaints as one day allows. " +
        "The staff will look at them.",
    );
  }
  return store.transaction(() => {
    const complaint = store.complaints.add({
      at,
      reporter: actor.uid,
      reporterName: actor.name,
      about: about?.uid ?? null,
      aboutName: about?.nickname ?? "",
      gid: room?.gid ?? null,
      room: room?.name ?? "",
      text: text.trim().slice(0, LONGEST_TEXT),
      lines,
    });
    audit(acting, {
      action: "complaint add",
      target: complaint.aboutName || complaint.room,
      after: { id: complaint.id, text: complaint.text },
    });
    return complaint;
  });
}

/**
 * Returns whether the actor may read a complaint: it is not about them, and
 * everybody it is about is below them. Superadmins may read complaints about
 * each other.
 */
export function mayHandle(
  store: Store,
  { uid, level }: Pick<Actor, "uid" | "level">,
  { about }: Pick<Complaint, "about">,
): boolean {
  if (about === null) return true;
  if (about === uid) return false;
  const role = store.accounts.get(about)?.role ?? "user";
  return level > LEVEL[role] || level >= LEVEL.superadmin;
}

/** Returns the complaint with this number, if the actor may read it. */
export function findComplaint(
  { store, actor }: Pick<Acting, "store" | "actor">,
  id: number,
): Complaint {
  const found = store.complaints.get(id);
  if (found === undefined || !mayHandle(store, actor, found)) {
    throw new Refused(
      `There is no complaint ${id}. \`retropal complaint list\` shows them.`,
      "not-found",
    );
  }
  return found;
}

/** Returns the open complaints that this user may read. */
export function waitingComplaints(
  store: Store,
  actor: Pick<Actor, "uid" | "level">,
): Complaint[] {
  return store.complaints.list({ state: "waiting", limit: 1000 })
    .filter((one) => mayHandle(store, actor, one));
}

/** Assigns a complaint to the actor; reopens a closed one. */
export function takeComplaint(
  acting: Acting,
  id: number,
  { note, confirmed }: {
    note?: string | undefined;
    confirmed?: boolean | undefined;
  },
): Complaint {
  const before = findComplaint(acting, id);
  const other = before.state === "taken" &&
    before.handledBy !== acting.actor.name;
  requireYes(
    other ? [`${before.handledBy} is already dealing with it.`] : [],
    confirmed,
  );
  return handle(acting, before, "taken", note);
}

export function closeComplaint(
  acting: Acting,
  id: number,
  note: string | undefined,
): Complaint {
  const before = findComplaint(acting, id);
  if (before.state === "closed" && note === undefined) {
    throw new Refused(`Complaint ${id} is closed already.`);
  }
  return handle(acting, before, "closed", note);
}

function handle(
  acting: Acting,
  before: Complaint,
  state: "taken" | "closed",
  note: string | undefined,
): Complaint {
  const { store, actor } = acting;
  const { id } = before;
  const added = note?.trim() ?? "";
  const whole = [before.note, added].filter((one) => one !== "").join("\n");
  if (whole.length > LONGEST_NOTE) {
    throw new Refused(
      `The note of a complaint has at most ${LONGEST_NOTE} characters.`,
    );
  }
  return store.transaction(() => {
    store.complaints.update(id, {
      state,
      note: whole,
      handledBy: actor.name,
      handledAt: acting.now(),
    });
    audit(acting, {
      action: state === "taken" ? "complaint take" : "complaint close",
      target: String(id),
      before: { state: before.state, handledBy: before.handledBy },
      after: { state, ...(added !== "" && { note: added }) },
    });
    return store.complaints.get(id)!;
  });
}

/**
 * Formats a complaint, such as "#3 Ann about Troll in The Royal Oak: insults".
 */
export function complaintLine(one: Complaint): string {
  const about = one.aboutName === "" ? "" : ` about ${one.aboutName}`;
  const room = one.room === "" ? "" : ` in ${one.room}`;
  return `#${one.id} ${one.reporterName}${about}${room}: ${one.text}`;
}
