/**
 * The current settings, and the page to change one.
 *
 * @module
 */
import {
  environmentName,
  SETTINGS,
  shownValue,
  valueAt,
} from "../../config/config.ts";
import { ConfigError, type Origin } from "../../config/load.ts";
import { SECTIONS } from "../../config/schema.ts";
import type { Setting, Value } from "../../config/setting.ts";
import { matcherOf } from "../../net/networks.ts";
import { readForm, tokenField } from "../form.ts";
import type { Form } from "../form_data.ts";
import { field, select } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { notice, panel } from "../layout.ts";
import { ownPasswordFault } from "../password_check.ts";
import { notFound } from "../problem.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { isRole, requireStaff } from "./access.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, facts, table } from "./layout.ts";

const HERE = "/desk/config";

export function configPages(app: App, site: Site): void {
  app.get(HERE, (c) => {
    return deskPage(c, site, {
      title: "Settings",
      at: HERE,
      main: html`<h1>Settings</h1>
<p>As they are in force. Those without a button are changed in <code>retropal.toml</code>, the environment or by flags.</p>
${
        panel(
          "Read the file again",
          commandForm(c, site, {
            command: "config reload",
            submit: "Reload",
            back: HERE,
          }),
        )
      }
${
        Object.entries(SECTIONS).map(([section, about]) =>
          sectionPanel(c, site, section, about)
        )
      }`,
    });
  });

  app.get(`${HERE}/:key{[a-z0-9_.]+}`, (c) => {
    return settingPage(c, site, requireSetting(c));
  });

  app.post(`${HERE}/:key{[a-z0-9_.]+}`, async (c) => {
    const member = requireStaff(c, "superadmin");
    const form = await readForm(c, site);
    const [key, setting] = requireSetting(c);
    if (site.settings === null || !setting.desk) throw notFound();
    const raw = typed(setting, form);
    const before = valueAt(site.config(), key);
    const fault = lockout(c, key, raw) ??
      twoStepFault(site, member, key, raw) ??
      await ownPasswordFault(c, site, member, form.raw("password"));
    if (fault !== null) {
      return settingPage(c, site, [key, setting], form, fault);
    }
    try {
      const change = (await site.settings.change({ [key]: raw })).get(key);
      const after = JSON.stringify(shownValue(key, change?.value ?? ""));
      site.store.audit.add({
        at: site.clock(),
        actor: member.account.nickname,
        actorUid: member.account.uid,
        address: c.env.address,
        action: "config set",
        target: key,
        before: JSON.stringify(shownValue(key, before)),
        after,
      });
      site.log.info("setting changed from the desk", {
        key,
        by: member.account.nickname,
        address: c.env.address,
      });
      member.session.flash = {
        kind: "done",
        lines: [
          `${key} is now ${after}` +
          (change?.inForce ? "." : " and takes effect after a restart."),
        ],
      };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return settingPage(c, site, [key, setting], form, error.message);
    }
    return c.redirect(HERE, 303);
  });
}

function sectionPanel(
  c: Context,
  site: Site,
  section: string,
  about: string,
): Html {
  const config = site.config();
  const mayChange = site.settings !== null && isRole(c, "superadmin");
  return panel(
    section,
    html`<p>${about}</p>${
      table(
        `Settings of ${section}`,
        ["Setting", { head: "Value", kind: "wide" }, {
          head: "Purpose",
          kind: "wide",
        }, ...(mayChange ? [""] : [])],
        [...SETTINGS].filter(([key]) => key.startsWith(`${section}.`))
          .map(([key, setting]) => {
            const value = JSON.stringify(shownValue(key, valueAt(config, key)));
            const plain = value === JSON.stringify(setting.default);
            return {
              id: key,
              cells: [
                html`<code>${key}</code>`,
                html`<code>${value}</code>${
                  plain ? NOTHING : html`
                    <span class="tag on">set</span>
                  `
                }`,
                html`${setting.about}${
                  setting.live ? NOTHING : html`
                    <span class="quiet">(restart)</span>
                  `
                }`,
                ...(mayChange
                  ? [
                    setting.desk
                      ? html`
                        <a class="button small" href="${HERE}/${key}"
                          aria-label="Change ${key}">Change</a>
                      `
                      : NOTHING,
                  ]
                  : []),
              ],
            };
          }),
      )
    }`,
  );
}

type Named = readonly [key: string, setting: Setting];

function requireSetting(c: Context): Named {
  const key = c.req.param("key") ?? "";
  const setting = SETTINGS.get(key);
  if (setting === undefined) throw notFound();
  return [key, setting];
}

function settingPage(
  c: Context,
  site: Site,
  [key, setting]: Named,
  form?: Form,
  fault?: string,
): Response {
  const now = shownValue(key, valueAt(site.config(), key));
  const why = whyNot(site, key, setting);
  return deskPage(c, site, {
    title: key,
    at: HERE,
    status: fault === undefined ? 200 : 422,
    main: html`<h1>${key}</h1>
<p>${setting.about}</p>
${fault === undefined ? NOTHING : notice({ kind: "failed", lines: [fault] })}
${
      panel(
        why === null ? "Change it" : "It cannot be changed here",
        html`${
          facts([
            ["In force", html`<code>${JSON.stringify(now)}</code>`],
            ["Default", html`<code>${JSON.stringify(setting.default)}</code>`],
            ["Allowed", setting.allowed],
            ["Takes effect", setting.live ? "at once" : "after a restart"],
          ])
        }${
          why === null
            ? html`<form method="post" action="${HERE}/${key}">
${tokenField(c, site)}<div class="fields">${
              control(setting, form?.raw("value") ?? asText(now))
            }${
              field({
                name: "password",
                label: "Your password",
                type: "password",
                autocomplete: "current-password",
                required: true,
              })
            }</div>
<p class="actions"><button class="button">Change</button> <a class="button" href="${HERE}">Cancel</a></p></form>`
            : html`<p>${why}</p>`
        }`,
      )
    }`,
  });
}

/** Returns why a setting cannot be changed on the desk, or null when it can. */
function whyNot(site: Site, key: string, setting: Setting): string | null {
  if (site.settings === null) return "This server's settings are fixed.";
  if (!setting.desk) {
    return `Change it on the server's machine: retropal config set ${key} VALUE`;
  }
  let origin: Origin | undefined;
  try {
    origin = site.settings.origins().get(key);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `The file has to be mended first. ${error.message}`;
  }
  if (origin === "environment") {
    return `The environment sets it (${
      environmentName(key)
    }): change it there.`;
  }
  return origin === "flag"
    ? "The server was started with a flag for it: change it there."
    : null;
}

function control(setting: Setting, value: string): Html {
  const label = "Value";
  if (setting.secret) {
    return field({
      name: "value",
      label,
      type: "password",
      autocomplete: "new-password",
      help: "It is never shown. Empty: none.",
    });
  }
  if (setting.kind === "switch") {
    return select({ name: "value", label, value }, [
      ["true", "yes"],
      ["false", "no"],
    ]);
  }
  if (setting.options) {
    return select(
      { name: "value", label, value },
      setting.options.map((one) => [one, one]),
    );
  }
  if (setting.kind === "list" || value.includes("\n")) {
    return html`<div class="field"><label for="value">${label}</label>
<textarea id="value" name="value" aria-describedby="value-help">${value}</textarea>
<p class="help" id="value-help">${
      setting.kind === "list"
        ? "One on each line; empty for none."
        : setting.allowed
    }</p></div>`;
  }
  return field({
    name: "value",
    label,
    value,
    help: setting.allowed,
    ...(setting.kind === "number" && { type: "number" as const }),
  });
}

function asText(value: Value): string {
  return typeof value === "object" ? value.join("\n") : String(value);
}

/**
 * Converts the typed value. Text that is not a number stays text, so that the
 * check can name the error.
 */
function typed(setting: Setting, form: Form): unknown {
  const raw = form.raw("value").replaceAll("\r\n", "\n");
  switch (setting.kind) {
    case "list":
      return raw.split("\n").map((line) => line.trim())
        .filter((line) => line !== "");
    case "number":
      return /^\s*-?\d+\s*$/.test(raw) ? Number(raw) : raw;
    case "switch":
      return raw === "true" ? true : raw === "false" ? false : raw;
    case "text":
      return raw;
  }
}

/** The owner would be the first to lose access to the desk. */
function twoStepFault(
  { store }: Site,
  { account }: Member,
  key: string,
  value: unknown,
): string | null {
  return key === "web.staff_two_step" && value === true &&
      store.twoStep.get(account.uid) === undefined
    ? "Turn on your own two-step sign-in first, under Sign-in and security."
    : null;
}

function lockout(c: Context, key: string, value: unknown): string | null {
  if (key !== "access.only_from" || !Array.isArray(value)) return null;
  if (value.length === 0 || matcherOf(value)(c.env.address)) return null;
  return `This would keep you out: your own address is ${c.env.address}.`;
}
