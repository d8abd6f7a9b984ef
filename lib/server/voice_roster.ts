/**
 * Answers the voice relay's questions about rooms (lib/voice/roster.ts) from
 * the world.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { DEFAULT_FLOOR_MODE } from "../domain/floor_modes.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { Member, Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { World } from "../domain/world.ts";
import type { FloorRule, VoiceMember, VoiceRoster } from "../voice/roster.ts";

export interface VoiceEvents {
  onLinkLost(gid: Gid, uid: Uid): void;
  onTalk(gid: Gid, uid: Uid, talking: boolean): void;
}

export function voiceRoster(
  world: World,
  config: () => Config,
  events: VoiceEvents,
  announced: (session: Session) => string | undefined = () => undefined,
): VoiceRoster {
  const asVoice = (uid: Uid, { session }: Member): VoiceMember => {
    const { voiceFrames } = session.dialect;
    return {
      uid,
      session: session.id,
      address: session.overWebSocket ? undefined : session.address,
      ...(voiceFrames !== undefined && { mostFrames: voiceFrames }),
    };
  };
  const voiceRoom = (gid: Gid): Room | undefined => {
    const room = world.rooms.get(gid);
    return room?.isVoice ? room : undefined;
  };
  return {
    member(gid, uid): VoiceMember | undefined {
      const member = voiceRoom(gid)?.members.get(uid);
      return member && asVoice(uid, member);
    },
    *members(gid) {
      for (const [uid, member] of voiceRoom(gid)?.members ?? []) {
        yield asVoice(uid, member);
      }
    },
    voiceRoomOf(uid) {
      const gids = world.online.get(uid)?.rooms ?? [];
      return [...gids].find((gid) => voiceRoom(gid) !== undefined);
    },
    maySpeak: (gid, uid) => voiceRoom(gid)?.maySpeak(uid) ?? false,
    hears(gid, listener, speaker) {
      const member = voiceRoom(gid)?.members.get(listener);
      return member !== undefined && !member.ignoring.has(speaker) &&
        !member.session.blocks.has(speaker);
    },
    floor(gid): FloorRule {
      const room = voiceRoom(gid);
      return {
        mode: room?.floorMode ?? DEFAULT_FLOOR_MODE,
        pauseMs: room?.floorPauseMs ?? 1000,
        longestMs: 1000 * config().voice.longest_turn_seconds,
      };
    },
    handRank(gid, uid) {
      const hands = voiceRoom(gid)?.hands ?? [];
      const at = hands.indexOf(uid);
      return at < 0 ? hands.length : at;
    },
    voiceAddresses(uid) {
      const session = world.online.get(uid);
      if (session === undefined) return [];
      const { localAddress } = session;
      const address = announced(session);
      return address === undefined ? [localAddress] : [address, localAddress];
    },
    goesFirst: (gid, uid) => voiceRoom(gid)?.members.get(uid)?.admin ?? false,
    ...events,
  };
}
