/**
 * The building blocks of forms.
 *
 * @module
 */
import { attribute, type Html, html, NOTHING } from "./html.ts";

export interface FieldOptions {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "password" | "email" | "number" | "search" | "color";
  readonly value?: string;
  readonly required?: boolean;
  readonly help?: string;
  readonly autocomplete?: string;
  readonly minlength?: number;
  readonly maxlength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly focus?: boolean;
  /** The id of the list of values to choose from. */
  readonly list?: string | undefined;
  /** The error in the submitted value. */
  readonly fault?: string | undefined;
  /** True makes room for a script's error messages while the user types. */
  readonly checked?: boolean;
  /** Prefix of the ids, for pages with the same form more than once. */
  readonly prefix?: string;
}

function number(name: string, value: number | undefined): Html {
  return value === undefined ? NOTHING : html`
    ${name}="${value}"
  `;
}

function describedBy(id: string, one: FieldOptions): Html {
  const ids = [
    ...(one.help ? [`${id}-help`] : []),
    ...(one.checked || one.fault ? [`${id}-fault`] : []),
  ];
  return ids.length > 0
    ? html`
      aria-describedby="${ids.join(" ")}"
    `
    : NOTHING;
}

/** Returns a one-line text field with its label above it. */
export function field(one: FieldOptions): Html {
  const id = `${one.prefix ?? ""}${one.name}`;
  const secret = one.type === "password";
  return html`<div class="field">
<label for="${id}">${one.label}</label>
<input id="${id}" name="${one.name}" type="${one.type ?? "text"}"${
    secret ? NOTHING : html`
      value="${one.value ?? ""}"
    `
  }${attribute("required", one.required)}${
    attribute("autofocus", one.focus)
  }${html`
    autocomplete="${one.autocomplete ?? "off"}"
  `}${number("minlength", one.minlength)}${number("maxlength", one.maxlength)}${
    number("min", one.min)
  }${number("max", one.max)}${
    one.list === undefined ? NOTHING : html`
      list="${one.list}"
    `
  }${
    one.fault === undefined ? NOTHING : html`
      aria-invalid="true"
    `
  }${describedBy(id, one)}>
${one.help ? html`<p class="help" id="${id}-help">${one.help}</p>` : NOTHING}
${
    one.checked || one.fault !== undefined
      ? html`<p class="fault" id="${id}-fault" aria-live="polite">${
        one.fault ?? ""
      }</p>`
      : NOTHING
  }
</div>`;
}

export function checkbox(
  name: string,
  label: string,
  on: boolean,
  prefix = "",
): Html {
  const id = prefix + name;
  return html`
    <div class="field tick">
      <input id="${id}" name="${name}" type="checkbox" value="yes"
        ${attribute("checked", on)}>
      <label for="${id}">${label}</label>
    </div>
  `;
}

export function select(
  one: Pick<FieldOptions, "name" | "label" | "value" | "help" | "prefix">,
  choices: readonly (readonly [value: string, label: string])[],
): Html {
  const id = `${one.prefix ?? ""}${one.name}`;
  return html`<div class="field">
<label for="${id}">${one.label}</label>
<select id="${id}" name="${one.name}"${describedBy(id, one)}>${
    choices.map(([value, label]) =>
      html`
        <option value="${value}" ${attribute(
          "selected",
          value === (one.value ?? ""),
        )}>${label}</option>
      `
    )
  }</select>
${one.help ? html`<p class="help" id="${id}-help">${one.help}</p>` : NOTHING}
</div>`;
}

export interface FormPanel {
  readonly title: string;
  readonly action: string;
  readonly token: Html;
  readonly fields: Html;
  readonly submit: string;
  readonly after?: Html;
  readonly danger?: boolean;
  readonly id?: string;
  /** One column of fields, for the few forms that every user sees first. */
  readonly narrow?: boolean;
}

/** Returns a form in a panel of its own. */
export function formPanel(one: FormPanel): Html {
  return html`
    <section class="panel${one.narrow ? " narrow" : ""}" ${one.id
      ? html`
        id="${one.id}"
      `
      : NOTHING}>
      <h2>${one.title}</h2>
      <form class="body" method="post" action="${one.action}">
    ${one.token}<div class="fields">${one.fields}</div>
    <p class="actions"><button class="button${one.danger
      ? " danger"
      : ""}">${one.submit}</button></p>
    ${one.after ?? NOTHING}
      </form>
    </section>
  `;
}
