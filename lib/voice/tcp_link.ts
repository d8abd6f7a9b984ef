/**
 * One TCP voice connection: reads the hello and frames, gives them to the
 * relay, and ends only between whole frames.
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import type { Acceptable } from "../net/acceptor.ts";
import type { Wire } from "../net/wire.ts";
import { PREFIX_BYTES, VoiceDecoder } from "../protocol/rtp.ts";
import { noTraffic } from "./counters.ts";
import { speechRate, type VoiceLimits } from "./limits.ts";
import { TokenBucket } from "../net/rates.ts";
import { Outlet } from "./outlet.ts";
import type { Refusals } from "../net/refusals.ts";
import type { VoiceRelay } from "./relay.ts";
import type { Link, Voice } from "./room.ts";
import type { VoiceOwner } from "./roster.ts";

/** A listener stuck in the middle of a frame gets this many times as long. */
const MERCY = 6;

export interface TcpLinkOptions {
  /** Set when a ticket proves whose link it is. */
  readonly owner?: VoiceOwner | undefined;
  readonly wire: Wire;
  readonly relay: VoiceRelay;
  readonly clock: () => number;
  readonly limits: VoiceLimits;
  readonly refusals: Refusals;
  /** Called when the client has sent its hello or the connection is gone. */
  readonly greeted: (link: TcpLink) => void;
  /** Resolves at the next tick of the edge. */
  readonly nextTick: () => Promise<void>;
}

export class TcpLink implements Link, Acceptable {
  readonly address: string;
  readonly owner: VoiceOwner | undefined;
  readonly traffic = noTraffic();
  readonly openedAt: number;
  readonly #options: TcpLinkOptions;
  readonly #wire: Wire;
  readonly #relay: VoiceRelay;
  readonly #decoder = new VoiceDecoder();
  readonly #outlet: Outlet;
  readonly #meter: TokenBucket;
  #voice: Voice | undefined;
  #faults = 0;
  #endingAt: number | undefined;
  #lingerMs = 0;
  #closed = false;

  constructor(options: TcpLinkOptions) {
    const { wire, clock, limits } = options;
    this.#options = options;
    this.#wire = wire;
    this.#relay = options.relay;
    this.address = wire.remote.host;
    this.owner = options.owner;
    this.openedAt = clock();
    this.#meter = new TokenBucket(speechRate(limits));
    this.#outlet = new Outlet({
      write: (bytes) => wire.write(bytes),
      limits,
      traffic: this.traffic,
      failed: () => this.#close(),
    });
  }

  /** Resolves when the connection is closed and cleaned up. */
  async run(): Promise<void> {
    const { clock, nextTick } = this.#options;
    try {
      for (;;) {
        const count = await this.#wire.read(this.#decoder.space());
        if (count === null) break;
        if (this.#endingAt !== undefined) continue;
        this.#decoder.filled(count);
        this.#meter.takeLate(clock(), count);
        this.#take();
        while (
          this.#endingAt === undefined && this.#meter.level(clock()) < 0
        ) await nextTick();
      }
    } catch {
      // Reset by the peer or closed by us: either way it has ended.
    }
    this.#detach();
    // The peer has closed its side; a half-written frame is still finished.
    this.#endingAt ??= clock();
    const done = this.#outlet.finish();
    if (this.#outlet.whole) this.#close();
    await done;
    this.#close();
  }

  send(run: Uint8Array, frames: number): number {
    return this.#outlet.send(run, frames);
  }

  end(why: string, lingerMs = this.#options.limits.lingerMs): void {
    if (this.#endingAt !== undefined) return;
    this.#endingAt = this.#options.clock();
    this.#lingerMs = lingerMs;
    this.#options.refusals.log.debug("voice link ends", {
      why,
      address: this.address,
      room: this.#voice?.room.gid,
      uid: this.#voice?.uid,
    });
    if (this.#voice === undefined) return this.#close();
    // First the frame in flight, then FIN, then the rest of what the client
    // sends is read: closing a socket with unread bytes resets it, and a reset
    // may lose the end of the last frame.
    this.#outlet.finish().then(() => this.#wire.closeWrite()).catch(() => {
      this.#close();
    });
  }

  /** Returns true until the hello has been accepted. */
  get mayYield(): boolean {
    return this.#voice === undefined;
  }

  /** Ends a link without a hello. */
  yieldRoom(why: string): void {
    this.#options.refusals.note(why, this.address);
    this.end(why);
  }

  /** Closes immediately, even in the middle of a frame. */
  abandon(): void {
    this.#close();
  }

  tick(now: number): void {
    this.#outlet.tick(now);
    const { stuckMs } = this.#options.limits;
    const patience = this.#outlet.whole ? 1 : MERCY;
    if (this.#endingAt !== undefined) {
      if (now - this.#endingAt > this.#lingerMs * patience) this.#close();
    } else if (this.#outlet.stuckFor(now) > stuckMs * patience) {
      this.#options.refusals.note("listener stopped reading", this.address, {
        uid: this.#voice?.uid,
      });
      this.#close();
    }
  }

  /** Decodes everything complete that was read. */
  #take(): void {
    const decoder = this.#decoder;
    let start = 0;
    let end = 0;
    let frames = 0;
    const flush = () => {
      if (frames === 0) return;
      // One copy per run: the read buffer is free again, and all listeners
      // share the copy for as long as the slowest needs it.
      const run = decoder.buffer.slice(start, end);
      this.#relay.deliver(this.#voice!, run, frames, "bare", true);
      frames = 0;
    };
    while (this.#endingAt === undefined) {
      const step = decoder.next();
      if (step === "frame") {
        this.#faults = 0;
        const { length, offset } = decoder;
        if (this.#voice === undefined) {
          this.#relay.refused("stranger");
          continue;
        }
        const at = offset + PREFIX_BYTES;
        if (this.#relay.admit(this.#voice, decoder.buffer, at, length)) {
          if (frames++ === 0) start = offset;
          end = at + length;
          continue;
        }
      }
      flush();
      if (step === "wait") return;
      if (step === "fault") this.#fault();
      if (step === "hello") this.#hello(decoder.gid, decoder.uid);
      if (step === "broken") this.#broken();
    }
  }

  #fault(): void {
    this.#relay.refused(this.#decoder.fault, this.#voice?.room);
    this.#options.refusals.note("frame out of shape", this.address, {
      fault: this.#decoder.fault,
      uid: this.#voice?.uid,
    });
    if (++this.#faults > this.#options.limits.faults) {
      this.#detach();
      this.end("too many bad frames");
    }
  }

  #broken(): void {
    this.#relay.refused("length", this.#voice?.room);
    this.#options.refusals.note("stream out of shape", this.address, {
      uid: this.#voice?.uid,
    });
    this.#detach();
    this.end("stream out of shape");
  }

  #hello(gid: Gid, uid: Uid): void {
    const before = this.#voice;
    const voice = before === undefined || before.uid === uid
      ? this.#relay.attach(gid, uid, this)
      : undefined;
    if (voice === undefined) {
      if (before !== undefined) return this.refuse(gid, uid);
      const now = this.#options.clock();
      return this.#relay.early.add(gid, uid, this, now);
    }
    if (before !== undefined && before.room !== voice.room) {
      this.#relay.release(before, this);
    }
    this.#relay.early.forget(this);
    this.accept(voice);
  }

  accept(voice: Voice): void {
    this.#voice = voice;
    this.#options.greeted(this);
  }

  refuse(gid: Gid, uid: Uid): void {
    const fields = { room: gid, uid };
    this.#options.refusals.note("no such member", this.address, fields);
    this.#detach();
    this.end("no such member");
  }

  #detach(): void {
    if (this.#voice === undefined) this.#relay.early.forget(this);
    else this.#relay.detach(this.#voice, this);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach();
    this.#endingAt ??= this.#options.clock();
    void this.#outlet.finish();
    this.#options.greeted(this);
    try {
      this.#wire.close();
    } catch {
      // It was closed already.
    }
  }
}
