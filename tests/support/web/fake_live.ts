/**
 * A chat side that tests configure, and that records its calls.
 *
 * @module
 */
import type { Letters } from "../../../lib/ops/letters.ts";
import type {
  Live,
  RoomInfo,
  SessionInfo,
  SignOnStep,
  Status,
  TailEvent,
  WebcamInfo,
} from "../../../lib/ops/live.ts";

export class FakeLive implements Live {
  webcamList: WebcamInfo[] = [];
  sessionList: SessionInfo[] = [];
  roomList: RoomInfo[] = [];
  statusMore: Partial<Status> = {};
  /** Recorded calls: "kick 1000002 reason", … */
  readonly done: string[] = [];
  mail: Letters | null = null;
  readonly tails = new Set<(event: TailEvent) => void>();
  readonly watchers = new Set<(step: SignOnStep) => void>();

  status(): Status {
    const counts = {
      packetsIn: 0,
      packetsOut: 0,
      voiceFramesIn: 0,
      voiceFramesOut: 0,
      videoBytesIn: 0,
      videoBytesOut: 0,
    };
    return {
      version: "0.0.0",
      pid: 1,
      startedAt: 0,
      uptimeSeconds: 61,
      endpoints: {
        chat: "127.0.0.1:5001",
        voice: "127.0.0.1:2090",
        video: "127.0.0.1:2092",
        web: null,
        webs: null,
        advertised: "",
        advertisedPrivate: "",
      },
      tls: null,
      connections: this.sessionList.length,
      sessions: this.sessionList.length,
      peakSessions: this.sessionList.length,
      rooms: this.roomList.length,
      voiceLinks: { tcp: 0, udp: 0 },
      talkers: this.roomList.filter(({ talker }) => talker !== null).length,
      video: { publishers: 0, live: 0, views: 0, connections: 0 },
      rates: counts,
      totals: {
        ...counts,
        voiceFramesDropped: 0,
        picturesIn: 0,
        picturesOut: 0,
        picturesRefused: 0,
        signOns: 0,
        signOnsRefused: 0,
        packetsOverRate: 0,
        unknownPackets: 0,
        slowClientsClosed: 0,
        malformedPackets: 0,
        packetsRefused: 0,
        floodersClosed: 0,
        connectionsRefused: 0,
        strangersClosed: 0,
        packetErrors: 0,
        coreErrors: 0,
      },
      memory: { rss: 1, heapUsed: 1 },
      queues: { outboxBytes: 0, largestOutboxBytes: 0, passwordHashes: 0 },
      loopLagMs: { p50: 0, p99: 0 },
      limits: { "limits.room_members": 1000 },
      errors: [],
      ...this.statusMore,
    };
  }

  sessions(): SessionInfo[] {
    return this.sessionList;
  }
  rooms(): RoomInfo[] {
    return this.roomList;
  }
  isOnline(uid: number): boolean {
    return this.sessionList.some((session) => session.uid === uid);
  }
  refreshStatistics(): void {}
  webcams(): WebcamInfo[] {
    return this.webcamList;
  }
  stopVideo(uid: number): boolean {
    this.done.push(`stopVideo ${uid}`);
    return true;
  }
  allowVideo(uid: number): boolean {
    this.done.push(`allowVideo ${uid}`);
    return true;
  }
  kick(uid: number, reason: string): boolean {
    const there = this.isOnline(uid);
    this.sessionList = this.sessionList.filter((one) => one.uid !== uid);
    this.done.push(`kick ${uid} ${reason}`);
    return there;
  }
  kickAddress(
    matches: (address: string, uid: number | null) => boolean,
    reason: string,
  ): number {
    const before = this.sessionList.length;
    this.sessionList = this.sessionList.filter((one) =>
      !matches(one.address, one.uid)
    );
    this.done.push(`kickAddress ${reason}`);
    return before - this.sessionList.length;
  }
  closeRoom(gid: number, reason: string): boolean {
    this.done.push(`closeRoom ${gid} ${reason}`);
    return this.roomList.some((room) => room.gid === gid);
  }
  moveUser(): boolean {
    return false;
  }
  bounce(gid: number, uid: number, rank: number): boolean {
    this.done.push(`bounce ${gid} ${uid} ${rank}`);
    return true;
  }
  message(uid: number, text: string): boolean {
    this.done.push(`message ${uid} ${text}`);
    return this.isOnline(uid);
  }
  broadcast(text: string): number {
    this.done.push(`broadcast ${text}`);
    return this.sessionList.length;
  }
  roomChanged(gid: number): void {
    this.done.push(`roomChanged ${gid}`);
  }
  roomRemoved(gid: number): void {
    this.done.push(`roomRemoved ${gid}`);
  }
  categoriesChanged(): void {
    this.done.push("categoriesChanged");
  }
  setSlow(gid: number, seconds: number): boolean {
    this.done.push(`setSlow ${gid} ${seconds}`);
    return this.roomList.some((room) => room.gid === gid);
  }

  relationChanged(uid: number, other: number): void {
    this.done.push(`relationChanged ${uid} ${other}`);
  }

  accountChanged(uid: number): void {
    this.done.push(`accountChanged ${uid}`);
  }
  accountRemoved(uid: number): void {
    this.done.push(`accountRemoved ${uid}`);
  }
  wordsChanged(): void {
    this.done.push("wordsChanged");
  }
  muteChanged(uid: number): void {
    this.done.push(`muteChanged ${uid}`);
  }
  letters(): Letters | null {
    return this.mail;
  }

  tail(_filter: unknown, sink: (event: TailEvent) => void): () => void {
    this.tails.add(sink);
    return () => this.tails.delete(sink);
  }
  watchSignOns(sink: (step: SignOnStep) => void): () => void {
    this.watchers.add(sink);
    return () => this.watchers.delete(sink);
  }
  restart(force: boolean): string | null {
    this.done.push(`restart ${force}`);
    return force ? null : "no location2.txt";
  }
  stop(reason: string): void {
    this.done.push(`stop ${reason}`);
  }
}

export function roomInfo(more: Partial<RoomInfo> = {}): RoomInfo {
  return {
    gid: 50001,
    name: "The Royal Oak",
    category: 30006,
    type: 3,
    rating: "G",
    permanent: true,
    locked: false,
    owner: null,
    members: [],
    talker: null,
    ...more,
  };
}

export function sessionInfo(more: Partial<SessionInfo> = {}): SessionInfo {
  return {
    id: 1,
    uid: 1000002,
    nickname: "Ann",
    role: "user",
    address: "192.0.2.7",
    port: 40000,
    connectedAt: Date.now(),
    lastPacketAt: Date.now(),
    clientVersion: 71,
    phase: "online",
    away: false,
    rooms: [],
    queuedBytes: 0,
    packetsIn: 0,
    packetsOut: 0,
    ...more,
  };
}

export function members(...nicknames: string[]): RoomInfo["members"] {
  return nicknames.map((nickname, i) => ({
    uid: 1000002 + i,
    nickname,
    admin: false,
    invisible: false,
    mic: true,
    redDot: false,
    hand: false,
    voice: "tcp",
  }));
}
