/**
 * The setup page of a new server: name, owner, registration, addresses. It
 * opens with a one-time token, only near the server, and closes permanently.
 *
 * @module
 */
import { audit } from "../actions/acting.ts";
import { composed, nicknameRefusal } from "../actions/names.ts";
import { isPrivateAddress } from "../net/networks.ts";
import { ConfigError } from "../config/load.ts";
import { SETTINGS, valueAt } from "../config/config.ts";
import { passwordFault } from "../domain/accounts.ts";
import type { Account } from "../domain/store.ts";
import { uplinkText } from "../domain/uplink.ts";
import { hostKey } from "../net/addresses.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { readForm, tokenField } from "./form.ts";
import type { Form } from "./form_data.ts";
import { field, formPanel, select } from "./form_fields.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { notice, page, panel } from "./layout.ts";
import { requireNear } from "./metrics_page.ts";
import { ownIPv4Addresses } from "./own_address.ts";
import { type PortTest, testPorts } from "./port_probe.ts";
import { notFound, Problem } from "./problem.ts";
import { openSession } from "./sign_in.ts";
import type { App, Context, Site } from "./site.ts";
import type { SettingsKeeper } from "../config/settings_keeper.ts";
import type { SetupDoor } from "./setup_door.ts";

/** Form field, setting, label. */
const FIELDS = [
  ["name", "server.name", "Name of the server"],
  ["inside", "server.advertise_private", "Address at home"],
  ["outside", "server.advertise", "Address or name for friends outside"],
  ["uplink", "server.uplink_kbit", "Uplink in kbit/s"],
] as const;

interface Tools {
  readonly door: SetupDoor;
  readonly settings: SettingsKeeper;
}

export function setupPages(app: App, site: Site): void {
  app.get("/setup", (c) => {
    requireDoor(c, site, c.req.query("token") ?? "");
    return setupPage(c, site, c.req.query("token") ?? "");
  });

  app.post("/setup", async (c) => {
    requireNear(c);
    const form = await readForm(c, site);
    const { door, settings } = requireDoor(c, site, form.raw("token"));
    const again = (fault: string) =>
      setupPage(c, site, form.raw("token"), form, fault);
    const nickname = composed(form.text("owner"));
    const password = composed(form.raw("password"));
    const fault = ownerFault(site, nickname) ?? passwordFault(password) ??
      (password === composed(form.raw("repeat"))
        ? null
        : "The two passwords differ.");
    if (fault !== null) return again(fault);
    const passwordHash = await site.passwords.hash(encodeText(password), {
      from: hostKey(c.env.address),
    });
    // Two forms at the same time: the first one wins.
    if (!door.isOpen) throw notFound();
    try {
      await settings.change(changesOf(site, form));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return again(error.message);
    }
    if (!door.isOpen) throw notFound();
    door.close();
    const owner = makeOwner(site, nickname, passwordHash, c.env.address);
    openSession(c, site, owner);
    site.log.info("set up in a browser", { address: c.env.address });
    return await donePage(c, site, owner);
  });
}

/** Throws {@linkcode Problem} unless setup is open and this is its token. */
function requireDoor(c: Context, site: Site, token: string): Tools {
  requireNear(c);
  const { setupDoor: door, settings } = site;
  if (door === null || settings === null) throw notFound();
  switch (door.holds(token, site.steady())) {
    case "yes":
      return { door, settings };
    case "later":
      throw new Problem(429, "Too many tries. Please wait a minute.", 60);
    case "no":
      throw notFound();
  }
}

function setupPage(
  c: Context,
  site: Site,
  token: string,
  form?: Form,
  fault?: string,
): Response {
  const config = site.config();
  const value = (name: string, now: string) => form?.text(name) ?? now;
  const own = ownIPv4Addresses().find(isPrivateAddress) ?? "";
  const first: Record<string, string> = {
    inside: config.server.advertise_private || own,
  };
  return page(c, site, {
    title: "Set up this server",
    status: fault === undefined ? 200 : 422,
    main: html`<h1>Set up this server</h1>
<p>This page works once. Everything here can be changed later, on the desk or with <code>retropal setup</code>.</p>
${fault === undefined ? NOTHING : notice({ kind: "failed", lines: [fault] })}
${
      formPanel({
        title: "Your server",
        narrow: true,
        action: "/setup",
        token: html`${
          tokenField(c, site)
        }<input type="hidden" name="token" value="${token}">`,
        submit: "Set it up",
        fields: html`${
          FIELDS.map(([name, key, label]) =>
            field({
              name,
              label,
              help: helpOf(key),
              value: value(name, first[name] ?? String(valueAt(config, key))),
              ...(name === "uplink" && { type: "number" as const }),
            })
          )
        }${
          select(
            {
              name: "registration",
              label: "New accounts",
              value: value("registration", config.auth.registration),
            },
            (SETTINGS.get("auth.registration")?.options ?? []).map((one) => [
              one,
              REGISTRATION[one] ?? one,
            ]),
          )
        }${
          field({
            name: "owner",
            label: "Your nickname, with every right",
            required: true,
            maxlength: 127,
            autocomplete: "username",
            value: value("owner", ""),
          })
        }${
          (["password", "repeat"] as const).map((name) =>
            field({
              name,
              label: name === "password" ? "Password" : "Password again",
              type: "password",
              required: true,
              minlength: 5,
              maxlength: 12,
              autocomplete: "new-password",
              ...(name === "password" && { help: "5 to 12 characters." }),
            })
          )
        }`,
      })
    }`,
  });
}

const REGISTRATION: Readonly<Record<string, string>> = {
  closed: "only the host makes them",
  open: "everybody can register",
  invite: "people with an invite code can register",
  approval: "everybody can ask, the staff approve",
};

function helpOf(key: string): string {
  const setting = SETTINGS.get(key);
  return setting === undefined ? "" : setting.about;
}

/** Skips settings that the environment or a flag overrides. */
function changesOf(site: Site, form: Form): Record<string, unknown> {
  const origins = site.settings?.origins();
  const changes: Record<string, unknown> = {
    "auth.registration": form.text("registration"),
  };
  for (const [name, key] of FIELDS) {
    const text = form.text(name);
    changes[key] = name === "uplink" ? Number(text || "0") : text;
  }
  return Object.fromEntries(
    Object.entries(changes).filter(([key]) =>
      !["flag", "environment"].includes(origins?.get(key) ?? "")
    ),
  );
}

/** Returns the account created at the first start, as long as it is unused. */
function unusedOwner(site: Site): Account | undefined {
  const [one, ...more] = site.store.accounts.list({ role: "superadmin" });
  return one !== undefined && more.length === 0 && one.lastSeenAt === null
    ? one
    : undefined;
}

function ownerFault(site: Site, nickname: string): string | null {
  const known = site.store.accounts.byNickname(nickname);
  if (known !== undefined) {
    return known.role === "superadmin"
      ? null
      : `${known.nickname} is another user: choose another nickname.`;
  }
  const own = unusedOwner(site);
  return nicknameRefusal(site.store, nickname, {
    role: "superadmin",
    ...(own && { own }),
  });
}

function makeOwner(
  site: Site,
  nickname: string,
  passwordHash: string,
  address: string,
): Account {
  const { store } = site;
  const now = site.clock();
  return store.transaction(() => {
    const known = store.accounts.byNickname(nickname) ?? unusedOwner(site);
    const owner = known === undefined
      ? store.accounts.create({
        nickname,
        passwordHash,
        role: "superadmin",
        createdAt: now,
      })
      : store.accounts.update(known.uid, { nickname });
    if (known !== undefined) {
      store.accounts.setPassword(known.uid, passwordHash);
    }
    const actor = { name: nickname, uid: owner.uid, address, level: 3 };
    audit({ store, live: null, actor, now: () => now }, {
      action: "setup",
      target: "server",
      after: { owner: nickname },
    });
    return store.accounts.get(owner.uid) ?? owner;
  });
}

async function donePage(
  c: Context,
  site: Site,
  owner: Account,
): Promise<Response> {
  const { server, limits } = site.config();
  const tests = await testPorts(
    [server.advertise_private, server.advertise],
    site.live.status().endpoints,
  );
  return page(c, site, {
    title: "Set up",
    main: html`<h1>${server.name} is set up</h1>
<p>You are signed in as ${owner.nickname}. This page is closed from now on.</p>
${panel("Ports", portList(tests))}
${
      server.uplink_kbit > 0
        ? panel(
          "Your line",
          html`<p>${
            uplinkText(
              server.uplink_kbit,
              limits.video_publisher_bytes_per_second,
            )
          }</p>`,
        )
        : NOTHING
    }
${
      panel(
        "Next",
        html`
          <ul>
            <li><a href="/connect">The client kit</a>: the files that point a client here, and a check that follows it</li>
            <li><a href="/desk/users">Add users</a> or <a href="/desk/invites">invite codes</a></li>
            <li><a href="/desk">The desk</a>: everything else</li>
          </ul>
        `,
      )
    }`,
  });
}

function portList(tests: readonly PortTest[]): Html {
  return html`
    <ul>${tests.map(({ host, port, use, answers }) =>
      html`<li>${host}, TCP ${port} (${use}): ${
        answers ? "answers" : "does not answer from this machine"
      }</li>`
    )}</ul>
    <p
      class="quiet">Many routers do not let their own network reach its outside address: ask a friend to open the connection check at /connect/check.
    UDP for voice cannot be tested from here.</p>
  `;
}
