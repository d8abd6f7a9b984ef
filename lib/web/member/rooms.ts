/**
 * A member's own permanent rooms.
 *
 * @module
 */
import { type Acting, actorOf, Refused } from "../../actions/acting.ts";
import {
  banFromOwnRoom,
  changeOwnRoom,
  letIntoOwnRoom,
  ownRoom,
  ownRoomFaults,
  type OwnRoomPatch,
  setRoomAdmin,
} from "../../actions/own_room.ts";
import { personNamed } from "../../actions/relations.ts";
import type { StoredRoom } from "../../domain/store.ts";
import { actingOf } from "../acting.ts";
import { readForm } from "../form.ts";
import type { Form } from "../form_data.ts";
import { notFound } from "../problem.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { answerForm } from "./act.ts";
import { HERE, listPage, roomPage } from "./rooms_page.ts";

export function ownRoomPages(app: App, site: Site): void {
  app.get(HERE, (c) => listPage(c, site, requireMember(c)));

  app.get(`${HERE}/:gid{\\d+}`, (c) => {
    const member = requireMember(c);
    return roomPage(c, site, member, requireRoom(c, site, member));
  });

  app.post(`${HERE}/:gid{\\d+}`, async (c) => {
    const member = requireMember(c);
    const room = requireRoom(c, site, member);
    const form = await readForm(c, site);
    const patch = patchOf(form);
    const faults = ownRoomFaults(patch);
    const path = `${HERE}/${room.gid}`;
    if (Object.keys(faults).length > 0) {
      member.session.flash = {
        kind: "failed",
        lines: Object.values(faults),
        typed: form,
        of: path,
        faults,
      };
      return c.redirect(path, 303);
    }
    return answerForm(c, site, member, { form, of: path, back: path }, (a) => {
      changeOwnRoom(a, room.gid, patch);
      return "The room is changed. Its members see it at once.";
    });
  });

  for (const verb of ["admin", "no-admin", "ban", "unban"] as const) {
    app.post(`${HERE}/:gid{\\d+}/${verb}`, async (c) => {
      const member = requireMember(c);
      const { gid } = requireRoom(c, site, member);
      const form = await readForm(c, site);
      const path = `${HERE}/${gid}`;
      const how = { form, of: `${path}/${verb}`, back: path, field: "nick" };
      return answerForm(
        c,
        site,
        member,
        how,
        (acting) => actOnUser(acting, gid, verb, form),
      );
    });
  }
}

function actOnUser(
  acting: Acting,
  gid: number,
  verb: "admin" | "no-admin" | "ban" | "unban",
  form: Form,
): string {
  if (verb === "unban") {
    letIntoOwnRoom(acting, gid, Number(form.text("uid")));
    return "They may come in again.";
  }
  const account = verb === "no-admin"
    ? acting.store.accounts.get(Number(form.text("uid")))
    : personNamed(acting.store, form.text("nick"));
  if (account === undefined) throw new Refused("There is no such user.");
  const { nickname } = account;
  if (verb === "ban") {
    banFromOwnRoom(acting, gid, account);
    return `${nickname} is banned from the room.`;
  }
  setRoomAdmin(acting, gid, account, verb === "admin");
  return verb === "admin"
    ? `${nickname} is an admin of the room.`
    : `${nickname} is no longer an admin of the room.`;
}

function requireRoom(c: Context, site: Site, { account }: Member): StoredRoom {
  const acting = actingOf(site, actorOf(account, c.env.address));
  try {
    return ownRoom(acting, Number(c.req.param("gid")));
  } catch (error) {
    // Other members must not learn that the room exists.
    if (error instanceof Refused) throw notFound();
    throw error;
  }
}

function patchOf(form: Form): OwnRoomPatch {
  const text = (name: string) => form.raw(name).replaceAll("\r\n", "\n").trim();
  const slow = form.text("slowSeconds");
  return {
    banner: text("banner"),
    welcome: text("welcome"),
    lockword: text("lockword"),
    adminCode: text("adminCode"),
    newUsersMic: form.has("newUsersMic"),
    redDotText: form.has("redDotText"),
    redDotVideo: form.has("redDotVideo"),
    slowSeconds: /^\d+$/.test(slow) ? Number(slow) : slow === "" ? 0 : NaN,
  };
}
