/**
 * Our own Paltalk 5.0 client, for tests, bots and load: it behaves like the
 * real one wherever a server could make a mistake, and fails with an error
 * where the real one would break.
 *
 * ```ts ignore
 * const dan = await PaltalkClient.signOn({
 *   host: "127.0.0.1", port: 5001, nickname: "Dan", password: "secret11",
 * });
 * await dan.join(50001);
 * await dan.say(50001, "hello");
 * const { text } = await dan.expect(roomMessageIn);
 * await dan.signOff();
 * ```
 *
 * @module
 */
import { unhex } from "../protocol/bytes.ts";
import type { Frame } from "../protocol/frame.ts";
import type { Packet } from "../protocol/layout.ts";
import { CLIENT_TYPES } from "../protocol/packet_types.ts";
import { requestUser } from "../protocol/packets/pals.ts";
import { roomJoin, roomLeave } from "../protocol/packets/rooms.ts";
import { bye } from "../protocol/packets/signon.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Endpoint, Transport } from "./transport.ts";
import { Conversations } from "./conversations.ts";
import type { Line } from "./line.ts";
import { react } from "./reactions.ts";
import { Rooms } from "./rooms.ts";
import { askUid, authenticate, type Credentials } from "./sign_on.ts";
import { ClientState } from "./state.ts";
import { Strictness } from "./strictness.ts";
import { VideoPort } from "./video_port.ts";
import { type VoiceManner, VoicePort } from "./voice_port.ts";

export interface ClientOptions extends Endpoint {
  readonly transport: Transport;
  /**
   * Transport of this client's voice; TCP, as in the real client, by default.
   */
  readonly voice?: VoiceManner;
  /** False accepts frames that would break the real client. */
  readonly strict?: boolean;
  /** False sends only packets that the caller requests. */
  readonly reacts?: boolean;
  /** Version word; that of the program by default. */
  readonly version?: number;
  /** Another program to imitate; the real 5.0 client by default. */
  readonly program?: (client: Client) => Program;
}

/**
 * How a program other than the real client signs on, sends voice and reacts.
 */
export interface Program {
  readonly wire: Omit<ConnectionOptions, "host" | "port" | "transport">;
  signOn(credentials: Credentials): Promise<Connection>;
  /** Called when a new connection was opened. */
  connected(): void;
  react(connection: Connection, frame: Frame): void;
}

export class Client implements Line {
  readonly state = new ClientState();
  readonly rooms = new Rooms(this, {
    leaving: (gid) => this.video.leaving(gid),
    left: async (gid) => {
      await this.video.left(gid);
      await this.voice.leave(gid);
    },
  });
  readonly people = new Conversations(this);
  readonly voice: VoicePort;
  readonly video: VideoPort = new VideoPort(this);
  /** Every frame of the current connection in order of arrival. */
  readonly received: Frame[] = [];
  readonly strictness = new Strictness();
  readonly program: Program | undefined;

  #connection: Connection | undefined;
  #credentials: Credentials | undefined;

  constructor(readonly options: ClientOptions) {
    this.program = options.program?.(this);
    this.voice = new VoicePort(this, options.voice ?? "tcp");
  }

  get uid(): number {
    return this.state.uid;
  }

  get nickname(): string {
    return this.state.nickname;
  }

  /** The signed-on connection. @throws Error when there is none */
  get connection(): Connection {
    if (this.#connection === undefined) throw new Error("not signed on");
    return this.#connection;
  }

  /**
   * Signs on with two connections, or with one if the uid is known.
   *
   * @throws SignOnRefused with the sentence that the user would read
   */
  async signOn(credentials: Credentials): Promise<void> {
    this.#credentials = credentials;
    if (this.program !== undefined) {
      this.#connection = await this.program.signOn(credentials);
      return;
    }
    const uid = credentials.uid ??
      await askUid(this.dial, this.options, credentials.nickname, this.uid);
    this.state.uid = uid;
    this.strictness.uid = uid;
    this.#connection = await authenticate(
      this.dial,
      this.options,
      uid,
      credentials,
    );
  }

  /**
   * Signs on after a lost connection and rejoins the rooms, as the real client
   * does.
   */
  async reconnect(): Promise<void> {
    if (this.#credentials === undefined) throw new Error("never signed on");
    const open = [...this.state.rooms.values()];
    this.video.reset();
    await this.voice.close();
    await this.#connection?.close();
    for (const { gid } of open) {
      this.state.leave(gid);
      this.strictness.leftRoom(gid);
    }
    await this.signOn({ ...this.#credentials, uid: this.uid });
    for (const { gid, invisible, lockword } of open) {
      await this.send(roomJoin, { gid, invisible, lockword });
    }
  }

  /** Opens a connection whose frames this client checks and learns from. */
  readonly dial = async (at: Endpoint): Promise<Connection> => {
    this.received.length = 0;
    this.strictness.connected();
    this.program?.connected();
    const connection: Connection = await Connection.open({
      ...at,
      transport: this.options.transport,
      ...this.program?.wire,
      ...(this.options.version && { version: this.options.version }),
      onFrame: (frame) => this.#take(connection, frame),
    });
    return connection;
  };

  send<T>(packet: Packet<T>, value: T): Promise<void> {
    this.strictness.sending(packet.type, packet.payload(value));
    return this.connection.send(packet, value);
  }

  /** Takes the next packet of this kind that the predicate accepts. */
  expect<T>(
    packet: Packet<T>,
    wants?: (value: T) => boolean,
    timeoutMs?: number,
  ): Promise<T> {
    return this.connection.expect(packet, wants, timeoutMs);
  }

  /** Takes the next frame of this type, or that the predicate accepts. */
  next(
    wanted: number | ((frame: Frame) => boolean),
    timeoutMs?: number,
  ): Promise<Frame> {
    return this.connection.next(wanted, timeoutMs);
  }

  /**
   * Resolves when the server has handled everything sent so far: the answer to
   * a request arrives after all earlier answers.
   */
  async settle(): Promise<void> {
    await this.rooms.counts();
  }

  /** Signs off as "File, Exit" does, without leaving rooms first. */
  async signOff(): Promise<void> {
    const statistics = unhex("00000001 00000000 00000000 00000017");
    await this.connection.sendRaw(CLIENT_TYPES.SESSION_STATS.type, statistics);
    await this.send(bye, {});
    await this.close();
  }

  /** Closes the connection without signing off. */
  async close(): Promise<void> {
    this.video.reset();
    await this.voice.close();
    await this.#connection?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #take(connection: Connection, frame: Frame): void {
    this.received.push(frame);
    const { strict = true, reacts = true } = this.options;
    if (strict && this.program === undefined) this.strictness.check(frame);
    this.state.learn(frame);
    if (!reacts) return;
    if (this.program === undefined) react(this, connection, frame);
    else this.program.react(connection, frame);
  }

  /**
   * Sends the packets that the client sends automatically when a room's window
   * closes.
   */
  windowClosed(connection: Connection, gid: number): void {
    this.strictness.leftRoom(gid);
    void this.voice.leave(gid);
    void this.video.leaving(gid)
      .then(() => connection.send(roomLeave, { gid }))
      .then(() => this.video.left(gid)).catch(() => {});
  }

  /**
   * Asks for the record of an unknown user, as the client does before it shows
   * their message.
   */
  introduce(connection: Connection, uid: number): void {
    this.strictness.askedFor(uid);
    connection.send(requestUser, { uid }).catch(() => {});
  }
}
