/**
 * A connection between a browser and the server that a test can interrupt: a
 * TCP proxy on its own port.
 *
 * @module
 */
export class Cable implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  /** Resolves when bytes may pass. */
  #passes: Promise<void> = Promise.resolve();
  #mend = () => {};
  #isCut = false;

  /** `target` may change: new connections go to the new one. */
  constructor(public target: { hostname: string; port: number }) {
    void this.#accept();
  }

  get address(): string {
    const { port } = this.#listener.addr as Deno.NetAddr;
    return `http://127.0.0.1:${port}`;
  }

  /** Closes all connections, and every new one. */
  cut(): void {
    this.#isCut = true;
    for (const conn of this.#open) close(conn);
  }

  /** Holds all bytes back, as in a network that fails silently. */
  freeze(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#passes = promise;
    this.#mend = resolve;
  }

  mend(): void {
    this.#isCut = false;
    this.#passes = Promise.resolve();
    this.#mend();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    this.#mend();
    await Promise.resolve();
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) void this.#serve(conn);
    } catch {
      // The listener was closed.
    }
  }

  async #serve(near: Deno.Conn): Promise<void> {
    this.#open.add(near);
    if (this.#isCut) return close(near);
    try {
      await this.#passes;
      const far = await Deno.connect(this.target);
      this.#open.add(far);
      await Promise.all([this.#carry(near, far), this.#carry(far, near)]);
      this.#open.delete(far);
    } catch {
      close(near);
    } finally {
      this.#open.delete(near);
    }
  }

  async #carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    try {
      for (let n; (n = await from.read(buffer)) !== null;) {
        await this.#passes;
        for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
      }
    } catch {
      // When one end is closed, the other is closed too.
    }
    close(from);
    close(to);
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Already closed.
  }
}
