/**
 * `retropal setup`: asks for the settings of a new server. Can be run again.
 *
 * @module
 */
import {
  imitationFault,
  nicknameFault,
  passwordFault,
} from "../domain/accounts.ts";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../commands/command.ts";
import { choiceOption, flag, numberOption, option } from "../commands/field.ts";
import { checkValue, ConfigError } from "../config/load.ts";
import { uplinkText } from "../domain/uplink.ts";
import { isPrivateAddress } from "../net/networks.ts";
import type { Config } from "../config/config.ts";
import { changeSettings } from "./config.ts";
import { randomPassword, setupUrl } from "./first_run.ts";
import { homeAddress } from "./interfaces.ts";
import { type Local, localCommand } from "./local.ts";

const REGISTRATION = ["closed", "open", "invite"] as const;

export const setup = localCommand({
  path: ["setup"],
  summary: "Ask for the settings of this server and save them",
  details:
    "Asks for everything that is not given as an option; without a terminal, " +
    "or with --yes, it uses the values in [brackets]. Run it again to change " +
    "the answers: it then offers the previous ones.",
  examples: [
    "retropal setup",
    'retropal setup --yes --name "The Royal Oak" --owner Ann --registration invite',
  ],
  fields: {
    name: option("NAME", "Name of the server."),
    owner: option(
      "NICK",
      "Nickname of the account with all rights.",
    ),
    advertise: option("HOST", "Address of this server for clients outside."),
    advertisePrivate: option(
      "ADDR",
      "Address of this server in the home network.",
    ),
    registration: choiceOption(
      REGISTRATION,
      "Who may create an account without the host.",
    ),
    uplink: numberOption("KBIT", "Upload rate of this line in kbit/s.", {
      min: 0,
      max: 100_000_000,
    }),
    web: flag("Print the address of the one-time setup page."),
    yes: flag("Do not ask questions."),
  },
  secret: { about: "The owner's password", repeat: false, optional: true },
  async run(local, input, secret) {
    if (input.web) return await openPage(local);
    const { config } = local.loadConfig();
    // Checked before the other questions, so that no answers are lost.
    const fault = secret === undefined ? null : passwordFault(secret);
    if (fault !== null) return failure(CODE.refused, fault);
    const ask = asker(local, input.yes ?? false);
    const name = await ask(
      "What is this server called?",
      input.name,
      config.server.name,
      settingFault("server.name"),
    );
    const inside = await ask(
      "At which address is it reached at home? (empty: nobody at home)",
      input.advertisePrivate,
      config.server.advertise_private || privateHome(),
      settingFault("server.advertise_private"),
    );
    const outside = await ask(
      "By which name or address do friends outside reach it? (empty: none do)",
      input.advertise,
      // An address of this machine may change, and is announced to clients
      // without being set.
      config.server.advertise,
      settingFault("server.advertise"),
    );
    const registration = await ask(
      "Who may create an account without you: nobody (closed), everybody " +
        "(open), or people with a code (invite)?",
      input.registration,
      config.auth.registration,
      settingFault("auth.registration"),
    );
    const uplink = await ask(
      "How many kbit/s does your line upload? (0: unknown)",
      input.uplink === undefined ? undefined : String(input.uplink),
      String(config.server.uplink_kbit),
      settingFault("server.uplink_kbit"),
    );
    const carries = Number(uplink) === 0 ? [] : [
      uplinkText(
        Number(uplink),
        config.limits.video_publisher_bytes_per_second,
      ),
    ];
    for (const line of local.terminal.interactive ? carries : []) {
      local.terminal.err(line);
    }
    const owner = await makeOwner(
      local,
      ask,
      input.owner,
      () =>
        secret !== undefined || input.yes || !local.terminal.interactive
          ? secret
          : askOwnersPassword(local),
    );
    if (owner.code !== CODE.done) return owner;
    const settings = await changeSettings(local, {
      "server.name": name,
      "server.advertise": outside,
      "server.advertise_private": inside,
      "auth.registration": registration,
      "server.uplink_kbit": uplink,
    });
    return done(
      { settings: settings.json, owner: owner.json },
      ...settings.lines,
      ...owner.lines,
      ...(local.terminal.interactive ? [] : carries),
      "",
      ...httpsAdvice(config.web.tls),
      "Next: `retropal serve`, then `retropal client reg` for the first " +
        "client.",
    );
  },
});

/** Browsers allow a page to use the microphone only over https. */
function httpsAdvice(tls: Config["web"]["tls"]): string[] {
  return tls !== "off" ? [] : [
    "Browsers speak in rooms only by https: `retropal config set web.tls " +
    "self`,",
    "or acme with a name of your own (docs/pages.md).",
  ];
}

/** Opens the setup page of the running server for one use. */
async function openPage(local: Local): Promise<CommandResult> {
  const opened = await local.run(["setup", "open"], {});
  if (opened.code !== CODE.done) return opened;
  const { token, web } = opened.json as { token: string; web: string };
  const url = setupUrl(local.loadConfig().config, web, token);
  return done({ url }, `Open this page within your own network, once: ${url}`);
}

/** Asks until the password is valid; "" requests a random one. */
async function askOwnersPassword({ terminal }: Local): Promise<string> {
  while (true) {
    const answer = await terminal.ask(
      "The owner's password? (empty: a random one) ",
      { hidden: true },
    );
    const fault = answer === "" ? null : passwordFault(answer);
    if (fault === null) return answer;
    terminal.err(fault);
  }
}

type Ask = (
  question: string,
  given: string | undefined,
  offered: string,
  fault: (answer: string) => string | null,
) => Promise<string>;

/**
 * Returns a function that asks for a setting until the answer is valid. For an
 * invalid option it throws ConfigError.
 */
function asker({ terminal }: Local, silent: boolean): Ask {
  return async (question, given, offered, fault) => {
    if (given !== undefined || silent || !terminal.interactive) {
      const answer = given ?? offered;
      const wrong = fault(answer);
      if (wrong !== null) throw new ConfigError([wrong]);
      return answer;
    }
    while (true) {
      const answer = await terminal.ask(`${question} [${offered}] `);
      const chosen = answer.trim() === "" ? offered : answer.trim();
      const wrong = fault(chosen);
      if (wrong === null) return chosen;
      terminal.err(wrong);
    }
  };
}

function settingFault(key: string): (answer: string) => string | null {
  return (answer) => {
    try {
      checkValue(key, answer);
      return null;
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  };
}

function privateHome(): string {
  const home = homeAddress();
  return home !== null && isPrivateAddress(home) ? home : "";
}

/** Creates the owner's account if the server has none. */
async function makeOwner(
  local: Local,
  ask: Ask,
  given: string | undefined,
  askPassword: () => Promise<string> | string | undefined,
): Promise<CommandResult> {
  const staff = await local.run(["user", "list"], { role: "superadmin" });
  if (staff.code !== CODE.done && staff.code !== CODE.notFound) return staff;
  // Not found means that there is no database yet.
  const owners = staff.code === CODE.notFound
    ? []
    : (staff.json as { nickname: string }[]).map((one) => one.nickname);
  const offered = owners[0] ?? "Owner";
  const nick = await ask(
    "Which nickname has the account that may do everything?",
    given,
    offered,
    (answer) => nicknameFault(answer) ?? imitationFault(answer, []),
  );
  if (owners.some((one) => one.toLowerCase() === nick.toLowerCase())) {
    return done(
      { nickname: nick, made: false },
      `${nick} is the owner already.`,
    );
  }
  const known = await local.run(["user", "show"], { nick });
  if (known.code === CODE.done) {
    const raised = await local.run(["user", "set"], {
      nick,
      role: "superadmin",
    });
    return raised.code === CODE.done
      ? done({ nickname: nick, made: false }, `${nick} may now do everything.`)
      : raised;
  }
  if (known.code !== CODE.notFound) return known;
  const secret = await askPassword();
  const password = secret || randomPassword();
  const made = await local.run(
    ["user", "add"],
    { nick, role: "superadmin" },
    password,
  );
  if (made.code !== CODE.done) return failure(made.code, made.lines.join(" "));
  return done(
    { nickname: nick, made: true, ...(secret ? {} : { password }) },
    `The account ${nick} has all rights.` +
      (secret ? "" : ` Its password, shown this once: ${password}`),
  );
}
