/**
 * Plays the client's side of the captures against this server: every frame for
 * which the real client would wait for an answer gets a valid one.
 */
import assert from "node:assert/strict";
import type { Store } from "../../lib/domain/store.ts";
import { PasswordHasher } from "../../lib/ops/password_hash.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { captureNames, readCapture } from "../support/capture.ts";
import {
  CAPTURED_KEY,
  CAPTURED_NAMES,
  ReplayedConnection,
} from "../support/replay.ts";
import { TestServer } from "../support/server.ts";

const NET_STORM = 1000002;
const BEE = 1000005;

/** Connections of Bee; all others are NetStorm's. */
const BEES = new Set([
  "c-file-transfer CHAT#4",
  "c-im-away CHAT#4",
  "c-invite-private CHAT#4",
  "c-p2p-call CHAT#4",
  "c-two-clients-voice CHAT#4",
]);

/** Settings of the server for each file. */
const SETTINGS: Readonly<Record<string, Record<string, string>>> = {
  "b-2-twokey": { "auth.send_literal_key_first": "true" },
};

/** Rooms that the client had already joined. */
const JOINED: Readonly<Record<string, readonly number[]>> = {
  "b-12-signoff": [50001],
  "b-4-room-admin": [50001, 50008],
  "b-7-invite": [50008],
  "c-invite-private": [50001],
  "c-p2p-call": [50001],
};

/**
 * Creates the rooms of NetStorm in which the admin's menu and console were
 * recorded.
 */
function addOwnRooms({ rooms }: Store): void {
  rooms.update(50001, { owner: NET_STORM });
  const { category } = rooms.get(50001)!;
  const createdAt = Date.now();
  rooms.create({ name: "Own", category, type: 0, owner: NET_STORM, createdAt });
}

/** Files recorded after the password had been changed. */
const NEW_PASSWORD = new Set(["b-15-reconnect", "b-9-kick", "b-9-redirect"]);
const newHash = await new PasswordHasher({ log2n: 1 })
  .hash(encodeText("newpass22"));

for (const name of captureNames()) {
  const { frames } = readCapture(name);
  const sent = frames.filter(({ direction }) => direction === "C>S");
  if (sent.length === 0) continue;

  Deno.test(`replaying ${name}: each frame is answered as the client needs`, async () => {
    await using server = await TestServer.start({
      users: CAPTURED_NAMES,
      prepare: (store) => {
        addOwnRooms(store);
        if (NEW_PASSWORD.has(name)) {
          store.accounts.setPassword(NET_STORM, newHash);
        }
      },
      settings: { "auth.server_key": CAPTURED_KEY, ...SETTINGS[name] },
    });
    const open = new Map<string, ReplayedConnection>();
    for (const frame of sent) {
      let connection = open.get(frame.connection);
      if (connection === undefined) {
        connection = await ReplayedConnection.open(server);
        open.set(frame.connection, connection);
        if (frame.type !== CLIENT_TYPES.CLIENT_HELLO.type) {
          const bee = BEES.has(`${name} ${frame.connection}`);
          const password = NEW_PASSWORD.has(name) ? "newpass22" : "secret11";
          await connection.signOn(bee ? BEE : NET_STORM, password);
          for (const gid of JOINED[name] ?? []) await connection.join(gid);
        }
      }
      // The server has refused or replaced this connection.
      if (!connection.isOpen) continue;
      const answers = await connection.play(frame);
      if (frame.type === CLIENT_TYPES.LOGIN.type) {
        const { FEEDBACK, SERVER_KEY } = SERVER_TYPES;
        assert.ok(
          answers.some(({ type }) =>
            type === FEEDBACK.type || type === SERVER_KEY.type
          ),
        );
      }
    }
    for (const connection of open.values()) await connection.close();
  });
}
