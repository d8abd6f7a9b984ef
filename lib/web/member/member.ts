/**
 * Pages on which members manage their own account.
 *
 * @module
 */
import { hostKey } from "../../net/addresses.ts";
import { actorOf, Refused } from "../../actions/acting.ts";
import { composed } from "../../actions/names.ts";
import { changeOwnPassword } from "../../actions/password.ts";
import { removeAccount } from "../../actions/remove_account.ts";
import { personalData } from "../../commands/personal_data.ts";
import { actingOf } from "../acting.ts";
import { readForm } from "../form.ts";
import { ownPasswordFault } from "../password_check.ts";
import { Problem } from "../problem.ts";
import { PROFILE_LABELS } from "../profile_fields.ts";
import { openSession, requireMember } from "../sign_in.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { expiredCookie } from "../web_sessions.ts";
import { memberPage } from "./page.ts";
import { changeProfile } from "./profile_change.ts";

export function memberPages(app: App, site: Site): void {
  app.get("/member", (c) => memberPage(c, site, requireMember(c)));

  app.post("/member/profile", async (c) => {
    const member = requireMember(c);
    const form = await readForm(c, site);
    const names = [
      "first",
      "last",
      "color",
      ...PROFILE_LABELS.map(({ key }) => key),
    ];
    const given = new Map(
      names.filter((name) => form.has(name))
        .map((name) => [name, form.text(name)]),
    );
    const result = changeProfile(site, member.account, given, c.env.address, {
      listed: form.has("listed"),
      showFirst: form.has("showFirst"),
      showLast: form.has("showLast"),
      showEmail: form.has("showEmail"),
    });
    if (typeof result !== "string") {
      return answer(c, member, null, "Your profile is changed.");
    }
    // The page shows the typed values again, so that one wrong field loses no
    // other.
    member.session.flash = {
      kind: "failed",
      lines: [result],
      typed: form,
      of: "/member/profile",
    };
    return c.redirect("/member", 303);
  });

  app.post("/member/password", async (c) => {
    const member = requireMember(c);
    const form = await readForm(c, site);
    const password = composed(form.raw("password"));
    if (password !== composed(form.raw("repeat"))) {
      return answer(c, member, "The two passwords differ.", "");
    }
    const { uid, nickname } = member.account;
    const { address } = c.env;
    try {
      const acting = actingOf(site, actorOf(member.account, address));
      await changeOwnPassword(acting, uid, {
        password,
        turn: { from: hostKey(address) },
        hash: (bytes, turn) => site.passwords.hash(bytes, turn),
        async isRight() {
          await requirePassword(c, site, member, form.raw("current"));
          return true;
        },
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return answer(c, member, error.message, "");
    }
    site.log.info("password changed", {
      uid,
      nickname,
      address: c.env.address,
    });
    // Ends every session opened with the old password, and opens a new one for
    // this browser.
    site.sessions.closeAll(uid);
    const account = site.store.accounts.get(uid);
    if (account === undefined) return c.redirect("/", 303);
    openSession(c, site, account).flash = {
      kind: "done",
      lines: ["Your password is changed. Your client will ask for it."],
    };
    return c.redirect("/member", 303);
  });

  app.get("/member/export.json", (c) => {
    const { account } = requireMember(c);
    return c.body(
      JSON.stringify(personalData(site.store, account), null, 2) + "\n",
      200,
      {
        "content-type": "application/json; charset=utf-8",
        "content-disposition":
          `attachment; filename="retropal-${account.uid}.json"`,
      },
    );
  });

  app.post("/member/delete", async (c) => {
    const member = requireMember(c);
    const form = await readForm(c, site);
    const { uid, nickname, role } = member.account;
    if (form.text("nickname") !== nickname) {
      return answer(
        c,
        member,
        "Type your nickname exactly as it is, to be sure.",
        "",
      );
    }
    if (role === "superadmin") {
      return answer(
        c,
        member,
        "An owner's account is removed at the command line only.",
        "",
      );
    }
    await requirePassword(c, site, member, form.raw("current"));
    removeAccount(
      actingOf(site, actorOf(member.account, c.env.address)),
      member.account,
      { rooms: "keep", messages: "remove" },
    );
    site.sessions.closeAll(uid);
    site.log.info("account deleted by its owner", {
      uid,
      nickname,
      address: c.env.address,
    });
    c.header("set-cookie", expiredCookie(c.env.https));
    return c.redirect("/", 303);
  });
}

/** Throws {@linkcode Problem}: a stolen cookie alone must not be enough. */
async function requirePassword(
  c: Context,
  site: Site,
  member: Member,
  password: string,
): Promise<void> {
  const fault = await ownPasswordFault(c, site, member, password);
  if (fault !== null) throw new Problem(403, fault);
}

function answer(
  c: Context,
  { session }: Member,
  fault: string | null,
  done: string,
): Response {
  session.flash = fault === null
    ? { kind: "done", lines: [done] }
    : { kind: "failed", lines: [fault] };
  return c.redirect("/member", 303);
}
