/**
 * Builds forms from the command table, one form field per command field, so
 * that the desk can do what the command line can.
 *
 * @module
 */
import type { Command } from "../../commands/command.ts";
import type { Field } from "../../commands/field.ts";
import { findCommand } from "../../commands/table.ts";
import { tokenField } from "../form.ts";
import type { Form } from "../form_data.ts";
import { checkbox, field, select } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { aRole } from "../../commands/words.ts";
import { isRole } from "./access.ts";
import { hexColor, labelOf, namedChoices, pickerOf } from "./controls.ts";
import type { Context, Site } from "../site.ts";

/** Prefix of hidden fields with the earlier value of an edited field. */
export const WAS = "was.";
/** Passwords are sent under these names, whatever the command calls them. */
export const SECRET = "secret";
export const SECRET_AGAIN = "secret_again";
/** The page to show afterwards. */
export const BACK = "back";

export interface CommandForm {
  /** The command's name, such as "user ban". */
  readonly command: string;
  readonly submit: string;
  readonly back: string;
  /** Fields with fixed values that are not shown. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** The fields to show, in order; all others when not given. */
  readonly show?: readonly string[];
  /** Current values: only fields that change are sent to the command. */
  readonly current?: Readonly<Record<string, string>>;
  /** Initial values, sent like typed ones. */
  readonly given?: Readonly<Record<string, string>>;
  /** Values that were typed and refused. */
  readonly typed?: Form;
  /** Errors by field. */
  readonly faults?: Readonly<Record<string, string>>;
  /** Possible values of free-text fields, where the page knows them. */
  readonly choices?: Readonly<
    Record<string, readonly (readonly [value: string, label: string])[]>
  >;
  readonly danger?: boolean;
  /** Prefix of the ids, needed where a page has the same form twice. */
  readonly prefix?: string;
  /** Shows only the button, for rows of a table. */
  readonly small?: boolean;
}

/** Returns a command. Throws when it is not in the table. */
export function commandNamed(name: string): Command {
  const command = findCommand(name.split(" "));
  if (command === undefined) throw new RangeError(`no command ${name}`);
  return command;
}

export function commandForm(c: Context, site: Site, one: CommandForm): Html {
  const command = commandNamed(one.command);
  if (!isRole(c, command.role)) {
    // Omits a button that could only be answered with 403.
    return one.small
      ? NOTHING
      : html`<p class="quiet">Only ${aRole(command.role)} may do this.</p>`;
  }
  const fixed = one.fixed ?? {};
  const keys = one.show ??
    webFields(command)
      .filter(([key, field]) => !(key in fixed) && !field.confirms)
      .map(([key]) => key);
  return html`<form method="post" action="${runPath(command)}">
${tokenField(c, site)}
<input type="hidden" name="${BACK}" value="${one.back}">
${
    Object.entries(fixed).map(([key, value]) =>
      html`<input type="hidden" name="${key}" value="${value}">`
    )
  }
<div class="fields">${
    keys.map((key) => {
      const definition = command.fields[key];
      return definition === undefined
        ? NOTHING
        : commandField(key, definition, one);
    })
  }
${command.secret ? secretFields(command, one) : NOTHING}</div>
${
    one.small
      ? html`<button class="button small${
        one.danger ? " danger" : ""
      }">${one.submit}</button>`
      : html`<p class="actions"><button class="button${
        one.danger ? " danger" : ""
      }">${one.submit}</button></p>`
  }
</form>`;
}

export function runPath(command: Command): string {
  return `/desk/run/${command.path.join("/")}`;
}

/** Returns the fields without those that name a file on the host's machine. */
export function webFields(command: Command): [string, Field][] {
  return Object.entries(command.fields).filter(([, one]) =>
    one.reads || one.completes === undefined
  );
}

function commandField(key: string, one: Field, form: CommandForm): Html {
  const { typed, prefix = "" } = form;
  const isColor = one.metavar === "RRGGBB" && form.current?.[key] !== undefined;
  const current = isColor
    ? { ...form.current, [key]: hexColor(form.current?.[key] ?? "") }
    : form.current;
  const value = typed?.has(key)
    ? typed.raw(key)
    : current?.[key] ?? form.given?.[key] ?? "";
  const label = labelOf(key);
  const was = current && key in current
    ? html`<input type="hidden" name="${WAS}${key}" value="${current[key]}">`
    : NOTHING;
  if (one.reads || one.long) {
    return html`${textArea(key, label, value, one, prefix)}${was}`;
  }
  if (one.kind === "flag") {
    return html`${
      checkbox(key, `${label}: ${one.about}`, value !== "", prefix)
    }`;
  }
  const known = form.choices?.[key] ?? namedChoices(key) ??
    one.choices?.map((choice) => [choice, choice] as const);
  if (known) {
    const free = one.required || value !== "" ? [] : [["", "–"] as const];
    return html`${
      select({ name: key, label, value, help: one.about, prefix }, [
        ...free,
        ...known,
      ])
    }${was}`;
  }
  return html`${
    field({
      name: key,
      label,
      value,
      help: one.about,
      prefix,
      required: one.required,
      list: pickerOf(one),
      fault: form.faults?.[key],
      ...(one.kind === "number" && { type: "number" as const }),
      ...(isColor && { type: "color" as const }),
    })
  }${was}`;
}

function textArea(
  key: string,
  label: string,
  value: string,
  one: Field,
  prefix: string,
): Html {
  const id = prefix + key;
  const about = one.reads
    ? "Paste the text of the file: CSV with a first line of names, or JSON."
    : one.about;
  return html`<div class="field"><label for="${id}">${label}</label>
<textarea id="${id}" name="${key}" aria-describedby="${id}-help">${value}</textarea>
${
    one.reads
      ? html`
        <p
          hidden><label>Or choose the file: <input type="file" data-into="${id}"></label></p>
      `
      : NOTHING
  }<p class="help" id="${id}-help">${about}</p></div>`;
}

function secretFields(command: Command, { prefix = "" }: CommandForm): Html {
  const about = command.secret?.about ?? "Password";
  const options = {
    type: "password",
    autocomplete: "new-password",
    required: true,
    prefix,
  } as const;
  return html`${
    field({
      ...options,
      name: SECRET,
      label: about,
      help: "5 to 12 characters.",
    })
  }${field({ ...options, name: SECRET_AGAIN, label: `${about} again` })}`;
}
