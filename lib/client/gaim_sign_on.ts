/**
 * Sign-on like Gaim's plugin (docs/protocol.md, "Other clients"), which waits
 * for HELLO without sending anything.
 *
 * @module
 */
import { concat, unhex } from "../protocol/bytes.ts";
import { GAIM_LIMERICK, keyOffset } from "../protocol/challenge.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../protocol/packet_types.ts";
import { statusChange } from "../protocol/packets/pals.ts";
import {
  bye,
  getUin,
  lymerick,
  redirect,
  serverKey,
  uinResponse,
} from "../protocol/packets/signon.ts";
import { decodeText, encodeText } from "../protocol/windows1252.ts";
import type { Connection, Endpoint } from "./connection.ts";
import { type Credentials, type Dial, SignOnRefused } from "./sign_on.ts";

/** The encoded serial number of a disk, and an encoded address. */
const SERIAL = "33003410343034503460347034803490";
const ADDRESS = "309034003690";

/** Waits for HELLO. Returns the address from REDIRECT, if one arrived. */
async function greeted(connection: Connection): Promise<Endpoint | undefined> {
  const { HELLO, REDIRECT } = SERVER_TYPES;
  let next: Endpoint | undefined;
  for (;;) {
    const frame = await connection.next(({ type }) =>
      type === HELLO.type || type === REDIRECT.type
    );
    if (frame.type === HELLO.type) return next;
    const { address, port } = redirect.parse(frame.payload) as {
      address: string;
      port: number;
    };
    next = { host: address, port };
  }
}

/**
 * Looks up the uid of a nickname, then connects to the address from REDIRECT.
 */
async function lookUp(
  dial: Dial,
  at: Endpoint,
  nickname: string,
): Promise<{ uid: number; at: Endpoint }> {
  const connection = await dial(at);
  try {
    const next = await greeted(connection);
    await connection.send(getUin, { nickname });
    const { uid } = await connection.expect(uinResponse);
    if (uid < 0) {
      throw new SignOnRefused(CLIENT_TYPES.GET_UIN.type, "No such user.");
    }
    if (next === undefined) throw new Error("the plugin connects to 0.0.0.0");
    await connection.send(bye, {});
    return { uid, at: next };
  } finally {
    await connection.close();
  }
}

/** Encodes a password with the plugin's spelling of the limerick, as UTF-8. */
function digitsOf(password: string, key: Uint8Array): string {
  let digits = "";
  const clear = new TextEncoder().encode(password);
  for (const [i, byte] of clear.entries()) {
    const letter = GAIM_LIMERICK.charCodeAt(keyOffset(key) + i);
    const number = 122 + i * (13 - i) + ((byte << 24) >> 24) + letter;
    digits += `${String(number).padStart(3, "0")}7`;
  }
  return digits;
}

/** Returns a signed-on connection, once the plugin sees its own status. */
export async function signOnAsGaim(
  dial: Dial,
  from: Endpoint,
  credentials: Credentials,
  learn: (uid: number) => void,
): Promise<Connection> {
  const { nickname, password } = credentials;
  const { uid, at } = credentials.uid === undefined
    ? await lookUp(dial, from, nickname)
    : { uid: credentials.uid, at: from };
  learn(uid);
  const connection = await dial(at);
  try {
    await greeted(connection);
    await connection.send(lymerick, { uid, firstRun: false, serial: SERIAL });
    const { key } = await connection.expect(serverKey);
    await connection.sendRaw(
      CLIENT_TYPES.LOGIN.type,
      concat([
        unhex(uid.toString(16).padStart(8, "0")),
        encodeText(`${digitsOf(password, key)}\n${ADDRESS}`),
      ]),
    );
    await signedOn(connection, uid);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function signedOn(connection: Connection, uid: number): Promise<void> {
  const frame = await connection.next((frame) =>
    frame.type === SERVER_TYPES.SERVER_ERROR.type ||
    (frame.type === statusChange.type &&
      (statusChange.parse(frame.payload) as { uid: number }).uid === uid)
  );
  if (frame.type !== SERVER_TYPES.SERVER_ERROR.type) return;
  // Reads on until the server closes, to detect a FIN that comes too early.
  await connection.closed;
  if (connection.failure !== undefined) throw connection.failure;
  throw new SignOnRefused(CLIENT_TYPES.LOGIN.type, decodeText(frame.payload));
}
