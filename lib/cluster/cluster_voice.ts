/**
 * Voice in several processes: one place relays each room, and is informed of
 * every change of it.
 *
 * @module
 */
import type { MediaServer } from "../chat/context.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { World } from "../domain/world.ts";
import type { VoiceControl, VoiceRoster } from "../voice/roster.ts";
import type { Control } from "./control.ts";
import type { Places } from "./places.ts";
import { roomVoice } from "./voice_room.ts";

export interface ClusterVoiceOptions {
  readonly places: Places;
  /** Voice server of this process. */
  readonly own: VoiceControl;
  readonly roster: VoiceRoster;
  readonly world: World;
  readonly media: MediaServer;
  readonly send: (gateway: number, about: Control) => void;
  /** Tells a member of a room the address of its voice. */
  readonly announce: (gid: Gid, uid: Uid) => void;
}

export class ClusterVoice implements VoiceControl {
  readonly #options: ClusterVoiceOptions;
  /** Rooms whose gateway must be informed of a change, once per turn. */
  readonly #changed = new Set<Gid>();

  constructor(options: ClusterVoiceOptions) {
    this.#options = options;
  }

  joined(gid: Gid, uid: Uid): void {
    const { places, world, own } = this.#options;
    // A browser sends its voice to this process.
    const isHere = world.online.get(uid)?.overWebSocket ?? false;
    if (isHere && places.placeVoice(gid) !== undefined) this.#keepHere(gid);
    if (places.placeVoice(gid) === undefined) own.joined(gid, uid);
    else this.#touch(gid);
  }

  left(gid: Gid, uid: Uid): void {
    const { places, own, world } = this.#options;
    if (places.voiceAt(gid) === undefined) own.left(gid, uid);
    else this.#touch(gid);
    if ((world.rooms.get(gid)?.members.size ?? 0) === 0) this.#forget(gid);
  }

  policyChanged(gid: Gid): void {
    const { places, own } = this.#options;
    if (places.voiceAt(gid) === undefined) own.policyChanged(gid);
    else this.#touch(gid);
  }

  roomClosed(gid: Gid): void {
    const { places, own } = this.#options;
    if (places.voiceAt(gid) === undefined) own.roomClosed(gid);
    this.#forget(gid);
  }

  /** Handles a sign-off here; gateways learn of it from the room's state. */
  signedOff(uid: Uid): void {
    this.#options.own.signedOff(uid);
  }

  /** Moves the voice of this room elsewhere, and tells its members. */
  move(gid: Gid): void {
    const { world, announce } = this.#options;
    const room = world.rooms.get(gid);
    if (room === undefined || room.members.size === 0) return;
    this.#begin(gid);
    for (const uid of [...room.members.keys()]) announce(gid, uid);
  }

  #keepHere(gid: Gid): void {
    const { places } = this.#options;
    this.#end(gid);
    places.keepVoiceHere(gid);
    this.move(gid);
  }

  #begin(gid: Gid): void {
    const { places, own, world } = this.#options;
    if (places.placeVoice(gid) !== undefined) return this.#touch(gid);
    for (const uid of world.rooms.get(gid)?.members.keys() ?? []) {
      own.joined(gid, uid);
    }
  }

  #forget(gid: Gid): void {
    this.#end(gid);
    this.#options.places.forgetVoice(gid);
  }

  #end(gid: Gid): void {
    const { places, send } = this.#options;
    const gateway = places.voiceAt(gid);
    this.#changed.delete(gid);
    if (gateway !== undefined) {
      send(gateway, { kind: "voice", gid, room: null });
    }
  }

  #touch(gid: Gid): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#tell());
    this.#changed.add(gid);
  }

  #tell(): void {
    const { places, world, roster, media, send } = this.#options;
    const gids = [...this.#changed];
    this.#changed.clear();
    for (const gid of gids) {
      const gateway = places.voiceAt(gid);
      const room = world.rooms.get(gid);
      if (gateway === undefined || room === undefined) continue;
      const value = roomVoice(room, roster, (session) => {
        const told = media.voiceFor(gid, session)?.address;
        const isOwn = media.addressFor(session) === told;
        return [
          ...(told === undefined ? [] : [told]),
          ...(isOwn ? [session.localAddress] : []),
        ];
      });
      send(gateway, { kind: "voice", gid, room: value });
    }
  }
}
