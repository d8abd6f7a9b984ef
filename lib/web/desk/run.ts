/**
 * Runs commands of the table for staff, and shows the page that offers them
 * all.
 *
 * @module
 */
import {
  CODE,
  type Command,
  type CommandResult,
  execute,
} from "../../commands/command.ts";
import { COMMANDS, findCommand } from "../../commands/table.ts";
import { LEVEL } from "../../domain/store.ts";
import { readForm, tokenField } from "../form.ts";
import { Form } from "../form_data.ts";
import { html, NOTHING } from "../html.ts";
import { notice, panel } from "../layout.ts";
import { notFound } from "../problem.ts";
import { localPath } from "../sign_in.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { actorOf, requireStaff } from "./access.ts";
import {
  BACK,
  commandForm,
  runPath,
  SECRET,
  SECRET_AGAIN,
  WAS,
  webFields,
} from "./command_form.ts";
import { labelOf } from "./controls.ts";
import { resultLinks } from "./links.ts";
import { UPLOADED } from "./upload.ts";
import type { WebSession } from "../web_sessions.ts";
import { deskPage } from "./layout.ts";

/** Time limit of a command that does not end by itself, in milliseconds. */
const LONGEST_MS = 10_000;
const MOST_LINES = 2000;

export function runPages(app: App, site: Site): void {
  app.get("/desk/commands", (c) => {
    const { account } = requireMember(c);
    return deskPage(c, site, {
      title: "All commands",
      at: "/desk/commands",
      main: html`<h1>All commands</h1>
<p>What the command line can do to the running server, by the same table. Grey ones are above your role.</p>
${
        panel(
          "Commands",
          html`<ul class="command-list">${
            offered().map((one) => {
              const name = one.path.join(" ");
              return LEVEL[account.role] < LEVEL[one.role]
                ? html`<li class="quiet">${name} <small>(${one.role})</small></li>`
                : html`<li><a href="/desk/commands/${
                  one.path.join("/")
                }">${name}</a> <small class="quiet">${one.summary}</small></li>`;
            })
          }</ul>`,
        )
      }`,
    });
  });

  app.get("/desk/commands/:path{.+}", (c) => {
    const command = requireCommand(c.req.param("path"));
    requireStaff(c, command.role);
    return commandPage(c, site, command);
  });

  app.post("/desk/run/:path{.+}", async (c) => {
    const command = requireCommand(c.req.param("path"));
    const member = requireStaff(c, "moderator");
    const form = await readForm(c, site);
    const result = await run(
      c,
      site,
      member,
      command,
      withUpload(form, member.session),
    );
    const back = localPath(form.raw(BACK));
    if (result.confirm) {
      return confirmationPage(c, site, command, form, result.confirm);
    }
    if (result.code !== CODE.done) {
      return commandPage(c, site, command, form, result);
    }
    member.session.upload = undefined;
    if (result.file) return fileDownload(c, result.file);
    if (back === null || !back.startsWith("/desk")) {
      return commandPage(c, site, command, form, result);
    }
    member.session.flash = {
      kind: "done",
      lines: result.lines.map((line) =>
        /^\d+$/.test(line) ? `Done. The number is ${line}.` : line
      ),
      links: resultLinks(site, result.json).filter(({ path }) => path !== back),
    };
    return c.redirect(back, 303);
  });
}

/**
 * Returns the commands that suit a page: endless ones only for the desk's own
 * views.
 */
function offered(): Command[] {
  return COMMANDS.filter((one) => !one.hidden && !one.endless);
}

function requireCommand(path: string): Command {
  const command = findCommand(path.split("/"));
  if (command === undefined || !offered().includes(command)) throw notFound();
  return command;
}

async function run(
  c: Context,
  site: Site,
  member: Member,
  command: Command,
  form: Form,
): Promise<CommandResult> {
  const emitted: string[] = [];
  const context = site.commandContext(actorOf(c, member), {
    emit: (lines) => {
      if (emitted.length < MOST_LINES) emitted.push(...lines);
    },
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  if (form.raw(SECRET) !== form.raw(SECRET_AGAIN)) {
    const sentence = "The two passwords differ.";
    return { code: CODE.refused, lines: [sentence], json: { error: sentence } };
  }
  const secret = command.secret && form.raw(SECRET) !== ""
    ? form.raw(SECRET)
    : undefined;
  const result = await execute(
    command,
    context,
    inputOf(command, form),
    secret,
  );
  site.log.info("command from the desk", {
    command: command.path.join(" "),
    by: member.account.nickname,
    address: c.env.address,
    code: result.code,
  });
  return { ...result, lines: [...emitted, ...result.lines] };
}

/**
 * Returns the form including the file that was uploaded before, if it refers to
 * one.
 */
function withUpload(form: Form, session: WebSession): Form {
  const { upload } = session;
  const name = [...form.names()].find((one) => one.startsWith(UPLOADED));
  if (name === undefined || upload === undefined) return form;
  const fields = new Map([...form.names()].map((key) => [key, form.raw(key)]));
  return new Form(fields.set(name.slice(UPLOADED.length), upload));
}

/**
 * Converts a form to the input of a command. An empty field counts as not
 * given, unless it had a value before; so does an unchanged field.
 */
export function inputOf(
  command: Command,
  form: Form,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [key, field] of webFields(command)) {
    if (!form.has(key)) continue;
    const value = form.raw(key).replaceAll("\r\n", "\n");
    const edited = form.has(WAS + key);
    const was = form.raw(WAS + key).replaceAll("\r\n", "\n");
    if (edited ? value === was : value === "") continue;
    if (field.reads) {
      const name = /^\s*[[{]/.test(value) ? "pasted.json" : "pasted.csv";
      input[key] = { name, text: value };
    } else input[key] = field.kind === "flag" ? true : value;
  }
  return input;
}

function commandPage(
  c: Context,
  site: Site,
  command: Command,
  form?: Form,
  result?: CommandResult,
): Response {
  const name = command.path.join(" ");
  const failed = result !== undefined && result.code !== CODE.done;
  return deskPage(c, site, {
    title: name,
    at: "/desk/commands",
    status: failed ? 422 : 200,
    main: html`<h1>${name}</h1>
<p>${command.summary}.${command.details ? ` ${command.details}` : ""}</p>
${
      result
        ? notice({
          kind: failed ? "failed" : "done",
          lines: result.lines.length > 0 ? result.lines : ["Done."],
        })
        : NOTHING
    }
${
      panel(
        "Run it",
        commandForm(c, site, {
          command: name,
          submit: "Run",
          back: form?.raw(BACK) ?? "",
          ...(form && { typed: form, ...editedFields(command, form) }),
          ...(failed && { faults: faultsOf(command, result) }),
        }),
      )
    }
<p class="quiet">On the command line: ${
      command.examples.map((example) =>
        html`
          <code>${example}</code>
        `
      )
    }</p>`,
  });
}

/** Assigns a refusal to the field that it is about, to show it there. */
function faultsOf(
  command: Command,
  result: CommandResult,
): Readonly<Record<string, string>> {
  const [sentence = ""] = result.lines;
  const noUser = /^There is no user /.test(sentence)
    ? Object.entries(command.fields)
      .find(([, { metavar }]) => metavar === "NICK")?.[0]
    : undefined;
  const key = result.field ?? result.needs ?? noUser;
  if (key === undefined) return {};
  // The desk shows an option's label instead of its name.
  return { [key]: sentence.replace(/^--[\w-]+/, labelOf(key)) };
}

/** Asks for confirmation, and repeats the input. */
function confirmationPage(
  c: Context,
  site: Site,
  command: Command,
  form: Form,
  warnings: readonly string[],
): Response {
  const name = command.path.join(" ");
  const keys = webFields(command)
    .flatMap(([key]) => [key, WAS + key, UPLOADED + key]);
  const hidden = (key: string, value: string) =>
    html`<input type="hidden" name="${key}" value="${value}">`;
  const back = form.raw(BACK);
  return deskPage(c, site, {
    title: `Confirm ${name}`,
    at: "/desk/commands",
    main: html`<h1>Please confirm</h1>
<p><b>${name}</b> ${form.raw(form.has("target") ? "target" : "nick")}</p>
${notice({ kind: "failed", lines: warnings })}
<p>Nothing has been changed yet.</p>
<form method="post" action="${runPath(command)}">
${tokenField(c, site)}
${hidden(BACK, back)}
${
      keys.filter((key) => form.has(key) && key !== "yes")
        .map((key) => hidden(key, form.raw(key)))
    }
${hidden("yes", "on")}
<p class="actions"><button class="button danger">Yes, do it</button>
<a class="button" href="${
      localPath(back) ?? `/desk/commands/${command.path.join("/")}`
    }">No</a></p>
</form>`,
  });
}

/**
 * Keeps the earlier values of an edited form, so that a second try still has
 * them.
 */
function editedFields(command: Command, form: Form) {
  const known = webFields(command).map(([key]) => key)
    .filter((key) => form.has(WAS + key));
  return known.length === 0 ? {} : {
    current: Object.fromEntries(known.map((key) => [key, form.raw(WAS + key)])),
  };
}

function fileDownload(
  c: Context,
  file: { readonly path: string; readonly text: string },
): Response {
  const name = file.path.replace(/^.*[/\\]/, "").replace(/[^\w.-]/g, "_");
  return c.body(file.text, 200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${name}"`,
  });
}
