/**
 * One chat connection as the rules see it.
 *
 * @module
 */
import {
  type Account,
  type Gid,
  LEVEL,
  type Millis,
  type Uid,
} from "./store.ts";
import type { TokenBucket } from "../net/rates.ts";
import { HeldBack } from "./held_back.ts";
import { type Ending, InFlight } from "./in_flight.ts";
import { HeldLines } from "./held_lines.ts";
import type { Mute } from "./moderation.ts";
import type { Dialect } from "../protocol/dialects/dialect.ts";
import { CLIENT_5_0 } from "../protocol/dialects/table.ts";
import { STATUS, type Status } from "../protocol/packets/pals.ts";

/**
 * How far a connection has come: nothing said yet, CLIENT_HELLO said, signed
 * on, or gone (docs/protocol.md, "Sign-on").
 */
export type Phase = "new" | "hello" | "online" | "gone";

/** What is known between LYMERICK and the end of the sign-on. */
export interface SignOnState {
  /** Named by LYMERICK; 0 when it named nobody. */
  readonly uid: Uid;
  /** The key that the next LOGIN must be read with. */
  key: Uint8Array;
  /** The key just sent was only for show; the next LOGIN gets a second one. */
  unreadable: boolean;
}

/** A bounce's reason, which arrives just before the bounce. */
export interface PendingReason {
  readonly gid: number;
  readonly uid: Uid;
  readonly text: string;
  readonly at: Millis;
}

const NO_TEXT = new Uint8Array();

export class Session {
  phase: Phase = "new";
  /** Version word of the client's latest frame. */
  clientVersion: number | null = null;
  /** The forms of packets that this client needs; certain from LYMERICK on. */
  dialect: Dialect = CLIENT_5_0;
  /** HELLO went out after a silence, before any CLIENT_HELLO. */
  greetedUnasked = false;
  saidHello = false;
  /** The port of this server that the client reached. */
  localPort = 0;
  signOn: SignOnState | undefined;
  /** In a browser, whose address may be that of a proxy or of many people. */
  overWebSocket = false;
  /** The account that a ticket allows to sign on here without a password. */
  ticketUid: Uid | undefined;
  /** Offset key of a password change under way. */
  passwordKey: Uint8Array | undefined;
  /** When this session's latest password hint was kept. */
  hintKeptAt: Millis = -Infinity;
  /** Set while a mute binds this user, everywhere on the server. */
  mute: Mute | undefined;
  status: Status = STATUS.online;
  awayText: Uint8Array = NO_TEXT;
  /** Whom this client can show: pals, and those it has a window with. */
  readonly known = new Set<Uid>();
  /** Messages of others that its client may wait to show. */
  readonly heldBack = new HeldBack();
  saidGoodbye = false;
  /** How the connection ended, for messages that may be lost. */
  ending: Ending = "unclear";
  /** The rate of acts that are kept; made when it is needed. */
  acts: TokenBucket | undefined;
  /** The rate of log lines about the client's mistakes. */
  complaints: { readonly rate: TokenBucket; unsaid: number } | undefined;
  /** Calls for an admin; made when it is needed. */
  alerts: TokenBucket | undefined;
  /** Complaints by the list of words; made when it is needed. */
  flags: TokenBucket | undefined;
  bounceReason: PendingReason | undefined;
  /** Stored messages are still on their way: new ones queue behind them. */
  catchingUp = false;
  /** Profile messages are on their way; more follow when these are written. */
  takingProfileMessages = false;
  #account: Account | undefined;
  // Of ten thousand users online most need none of these: each is made
  // when it is first asked for.
  #awayTold: Set<Uid> | undefined;
  #rooms: Set<Gid> | undefined;
  #pals: Set<Uid> | undefined;
  #blocks: Set<Uid> | undefined;
  #inFlight: InFlight | undefined;
  #heldLines: HeldLines | undefined;

  constructor(
    /** Number of the connection since the server's start. */
    readonly id: number,
    /** Remote IP address, ::ffff: forms made plain. */
    readonly address: string,
    /** The address of this server that the client reached. */
    readonly localAddress: string,
    readonly connectedAt: Millis,
  ) {}

  /** The account signed on with; only in phase "online". */
  get account(): Account {
    if (this.#account === undefined) throw new Error("nobody signed on here");
    return this.#account;
  }

  set account(account: Account) {
    this.#account = account;
  }

  get uid(): Uid {
    return this.#account?.uid ?? 0;
  }

  get nickname(): string {
    return this.#account?.nickname ?? "";
  }

  get level(): number {
    return this.#account === undefined ? 0 : LEVEL[this.#account.role];
  }

  get isAway(): boolean {
    return this.status === STATUS.away;
  }

  /** Who has had the away text since it was set. */
  get awayTold(): Set<Uid> {
    return this.#awayTold ??= new Set();
  }

  /** Rooms it is in, by number; `World.roomsOf` looks them up. */
  get rooms(): Set<Gid> {
    return this.#rooms ??= new Set();
  }

  get pals(): Set<Uid> {
    return this.#pals ??= new Set();
  }

  get blocks(): Set<Uid> {
    return this.#blocks ??= new Set();
  }

  /** Direct messages that the client may not have received yet. */
  get inFlight(): InFlight {
    return this.#inFlight ??= new InFlight();
  }

  /** A packet has come: messages written before it have arrived. */
  packetCame(): void {
    this.#inFlight?.arrived();
  }

  /** Room lines that came before the room was rejoined. */
  get heldLines(): HeldLines {
    return this.#heldLines ??= new HeldLines();
  }

  get hasHeldLines(): boolean {
    return this.#heldLines !== undefined;
  }

  /** Moderators and above: they enter every room and act in it. */
  get isStaff(): boolean {
    return this.level > 0;
  }
}
