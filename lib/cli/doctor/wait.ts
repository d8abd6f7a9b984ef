/**
 * `retropal doctor --wait`: follows a real client until it is online, and
 * reports the step at which it stops (docs/protocol.md, "Sign-on").
 *
 * @module
 */
import { clockText } from "../../ops/local_time.ts";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../../commands/command.ts";
import type { SignOnStep } from "../../ops/live.ts";
import type { Local } from "../local.ts";

type Step = SignOnStep["step"];

/** For each step: its meaning, and the step that must come next. */
const STEPS: Readonly<Record<Step, { reached: string; waiting: string }>> = {
  connected: {
    reached: "connected",
    waiting:
      "its first packet (CLIENT_HELLO). If none comes, it is not a Paltalk " +
      "client but a port scanner, a browser, or a test of the router.",
  },
  hello: {
    reached: "exchanged greetings",
    waiting: "its nickname (GET_UIN) or its sign-on (LYMERICK).",
  },
  "uin-asked": {
    reached: "asked for the number of a nickname",
    waiting: "our answer, which is sent immediately.",
  },
  "uin-answered": {
    reached: "received the number of its nickname",
    waiting: "its second connection, with the sign-on itself. If none comes, " +
      "the nickname is unknown here (`retropal user list`).",
  },
  lymerick: {
    reached: "began its sign-on",
    waiting: "our key, which is sent immediately.",
  },
  "key-sent": {
    reached: "received the key",
    waiting:
      "its password (LOGIN). If none comes, something on the path drops " +
      "packets, or auth.server_key is not one that the client accepts.",
  },
  login: {
    reached: "sent its password",
    waiting: "the check of the password, which takes a moment.",
  },
  refused: {
    reached: "was refused",
    waiting: "another try, with another password or nickname.",
  },
  online: {
    reached: "is signed on",
    waiting: "nothing: this client works. Next, enter a voice room with it.",
  },
  voice: {
    reached: "opened its voice connection",
    waiting: "nothing: chat and voice work.",
  },
  closed: {
    reached: "ended the connection",
    waiting: "a new connection.",
  },
};

const NOBODY =
  "No client came. Is its .reg file right (`retropal client reg`), does the " +
  "firewall of this machine let TCP 5001, TCP+UDP 2090 and TCP 2092 in, and " +
  "does the router lead them here?";

export async function waitForClient(
  local: Local,
  minutes: number,
): Promise<CommandResult> {
  const { terminal } = local;
  const enough = new AbortController();
  const furthest = new Map<string, SignOnStep>();
  let success: SignOnStep | undefined;
  if (!local.json) {
    terminal.err("Waiting for a client to sign on; press Ctrl-C to stop.");
  }
  const ended = await local.run(["doctor", "watch"], { minutes }, undefined, {
    signal: enough.signal,
    emit: (_lines, json) => {
      const step = json as SignOnStep;
      if (!local.json) terminal.out(told(step));
      else terminal.out(JSON.stringify(step));
      if (step.step !== "closed") furthest.set(step.address, step);
      if (step.step === "online") {
        success = step;
        enough.abort();
      }
    },
  });
  if (success !== undefined) {
    return done(
      { ok: true, steps: [...furthest.values()] },
      `${success.nickname ?? "A client"} is signed on: ${STEPS.online.waiting}`,
    );
  }
  if (ended.code !== CODE.done) return ended;
  if (furthest.size === 0) return failure(CODE.refused, NOBODY);
  const last = [...furthest.values()];
  return {
    code: CODE.refused,
    lines: last.map((step) =>
      `${step.address} ${STEPS[step.step].reached}${detail(step)}. ` +
      `Missing: ${STEPS[step.step].waiting}`
    ),
    json: { ok: false, steps: last },
  };
}

function told(step: SignOnStep): string {
  const time = clockText(step.at);
  const who = step.nickname === null ? "" : ` ${step.nickname}`;
  return `${time}  ${step.address}${who} (came in at ${step.localAddress})  ${
    STEPS[step.step].reached
  }${detail(step)}`;
}

function detail(step: SignOnStep): string {
  return step.detail ? ` (${step.detail})` : "";
}
