/**
 * Sign-on as the real client does it, on two connections
 * (docs/protocol.md, "Sign-on").
 *
 * @module
 */
import { unhex } from "../protocol/bytes.ts";
import {
  encodeDigits,
  isVerifiable,
  keyOffset,
  MIN_KEY_NUMBER,
} from "../protocol/challenge.ts";
import type { Frame } from "../protocol/frame.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../protocol/packet_types.ts";
import {
  bye,
  clientHello,
  feedback,
  getUin,
  login,
  lymerick,
  redirect,
  serverKey,
  uinResponse,
} from "../protocol/packets/signon.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { type Connection, type Endpoint } from "./connection.ts";

export interface Credentials {
  readonly nickname: string;
  readonly password: string;
  /** Known from an earlier sign-on, so that GET_UIN is not sent. */
  readonly uid?: number;
  /** The installation has never signed on before. */
  readonly firstRun?: boolean;
}

/** Thrown when the server refuses a sign-on; the message is for the user. */
export class SignOnRefused extends Error {
  override name = "SignOnRefused";
  /** @param to the packet that was refused; -1148 means the password */
  constructor(readonly to: number, sentence: string) {
    super(sentence);
  }
}

/** Data about the real client's machine; any value works. */
const CHECKSUMS = unhex("01e20000003db9266ae4217f7dd56bdb27aafffffc7c00000000");
const VERSIONS = unhex("000000000001000f42427f00000113893138312c302c30");
const MACHINE_INFO = unhex(
  "000000000001000f42420000011a35303234363830313233343531333838383333",
);
const MAX_REDIRECTS = 5;
/** Maximum other packets that the client skips before UIN_RESPONSE. */
const MAX_OTHERS = 10;

export type Dial = (at: Endpoint) => Promise<Connection>;

/** Connects, sends CLIENT_HELLO and follows REDIRECT until HELLO arrives. */
export async function greet(
  dial: Dial,
  at: Endpoint,
  uid: number,
): Promise<Connection> {
  for (let tries = 0; tries <= MAX_REDIRECTS; tries++) {
    const connection = await dial(at);
    await connection.send(clientHello, { uid });
    const { HELLO, REDIRECT } = SERVER_TYPES;
    const first = await connection.next(({ type }) =>
      type === HELLO.type || type === -HELLO.type || type === REDIRECT.type
    );
    if (first.type !== REDIRECT.type) return connection;
    const { address, port } = redirect.parse(first.payload) as {
      address: string;
      port: number;
    };
    await connection.close();
    at = { host: address, port };
  }
  throw new Error("redirected in a circle");
}

/** Uses the short first connection to look up the uid of a nickname. */
export async function askUid(
  dial: Dial,
  at: Endpoint,
  nickname: string,
  remembered: number,
): Promise<number> {
  const connection = await greet(dial, at, remembered);
  try {
    await connection.send(getUin, { nickname });
    const { uid } = await connection.expect(uinResponse);
    const others = connection.inbox.drain().length;
    if (others > MAX_OTHERS) throw new Error(`${others} packets before uid`);
    await connection.send(bye, {});
    if (uid >= 2) return uid;
    throw new SignOnRefused(
      CLIENT_TYPES.GET_UIN.type,
      uid === -2
        ? "More than one match found."
        : "Couldn't find that user.  Try again.",
    );
  } finally {
    await connection.close();
  }
}

/** Signs on with the second connection, up to the pal window. */
export async function authenticate(
  dial: Dial,
  at: Endpoint,
  uid: number,
  { password, firstRun = false }: Credentials,
): Promise<Connection> {
  const connection = await greet(dial, at, uid);
  try {
    await connection.send(lymerick, { uid, firstRun });
    for (;;) {
      const frame = await connection.next(isStep);
      if (frame.type === SERVER_TYPES.LOGIN_UNKNOWN.type) break;
      await takeStep(connection, frame, uid, password);
    }
    await connection.sendRaw(CLIENT_TYPES.VERSIONS.type, VERSIONS);
    await connection.sendRaw(CLIENT_TYPES.MACHINE_INFO.type, MACHINE_INFO);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const STEPS: ReadonlySet<number> = new Set([
  SERVER_TYPES.SERVER_KEY.type,
  -79,
  SERVER_TYPES.LOGIN_UNKNOWN.type,
]);

function refusalOf(frame: Frame): SignOnRefused | undefined {
  if (frame.type !== SERVER_TYPES.FEEDBACK.type) return undefined;
  const answer = feedback.parse(frame.payload);
  if (!("code" in answer) || answer.code === 0) return undefined;
  return new SignOnRefused(answer.to, answer.text);
}

/**
 * Returns whether a frame is a step of the sign-on; the client answers
 * USER_DATA by itself.
 */
function isStep(frame: Frame): boolean {
  return STEPS.has(frame.type) || refusalOf(frame) !== undefined;
}

async function takeStep(
  connection: Connection,
  frame: Frame,
  uid: number,
  password: string,
): Promise<void> {
  const refused = refusalOf(frame);
  if (refused !== undefined) throw refused;
  const { key } = serverKey.parse(frame.payload) as { key: Uint8Array };
  await connection.send(login, { uid, digits: passwordDigits(password, key) });
}

/**
 * Encrypts the password with a key. Where a key points before the limerick, the
 * real client adds random bytes from its stack, so the result cannot be
 * decrypted; this function does the same.
 */
export function passwordDigits(password: string, key: Uint8Array): string {
  const clear = encodeText(password).subarray(0, 12);
  const noise = () => Math.floor(Math.random() * 10);
  if (isVerifiable(key)) return encodeDigits(clear, keyOffset(key), 1, noise);
  const stack = clear.map((byte) => byte ^ 0x3c);
  return encodeDigits(stack, MIN_KEY_NUMBER % 100, 1, noise);
}

/** Sends the packet that follows every USER_DATA. */
export function sendChecksums(connection: Connection): Promise<void> {
  return connection.sendRaw(CLIENT_TYPES.CHECKSUMS.type, CHECKSUMS);
}
