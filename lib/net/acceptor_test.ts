import assert from "node:assert/strict";
import { RAW_TCP_WORKS, RawTcp } from "../../tests/support/raw_tcp.ts";
import {
  type Acceptable,
  Acceptor,
  type AcceptorLimits,
  type AcceptorOptions,
} from "./acceptor.ts";

class Link implements Acceptable {
  mayYield = true;
  gone: string | undefined;
  constructor(readonly conn: Deno.TcpConn, readonly address: string) {}
  yieldRoom(reason: string): void {
    this.gone = reason;
    this.conn.close();
  }
}

class Port implements AsyncDisposable {
  now = 0;
  limits: AcceptorLimits = { total: 100 };
  readonly links: Link[] = [];
  readonly lines: string[] = [];
  readonly acceptor: Acceptor<Link>;
  readonly port: number;
  readonly #clients: Deno.TcpConn[] = [];
  readonly #running: Promise<void>;

  constructor(options: Partial<AcceptorOptions<Link>> = {}) {
    const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
    this.port = listener.addr.port;
    this.acceptor = new Acceptor<Link>({
      listener,
      log: {
        debug() {},
        warn: (message, fields) =>
          void this.lines.push(`${message} ${fields?.["reason"]}`),
      },
      name: "link",
      limits: () => this.limits,
      open: (conn, address) => {
        const link = new Link(conn, address);
        this.links.push(link);
        return link;
      },
      clock: () => this.now,
      ...options,
    });
    this.#running = this.acceptor.run();
  }

  /**
   * Connects. Resolves when the acceptor has seen the connection: true =
   * accepted.
   */
  async connect(): Promise<boolean> {
    const before = this.links.length;
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    this.#clients.push(conn);
    // Either closed by the server, or still open when the next one was
    // examined.
    const closed = conn.read(new Uint8Array(1)).then(() => {}, () => {});
    const taken = this.#taken(before);
    await Promise.race([closed, taken]);
    return this.links.length > before;
  }

  async #taken(before: number): Promise<void> {
    const until = Date.now() + 5000;
    while (this.links.length === before && Date.now() < until) {
      await new Promise((go) => setTimeout(go, 1));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.acceptor.close();
    await this.#running;
    for (const { conn, gone } of this.links) if (!gone) conn.close();
    for (const conn of this.#clients) conn.close();
    await new Promise((go) => setTimeout(go, 5));
  }
}

Deno.test("Acceptor refuses above its limits, and accepts again after a release", async () => {
  await using port = new Port();
  port.limits = { total: 2 };
  assert.ok(await port.connect());
  assert.ok(await port.connect());
  assert.equal(await port.connect(), false);
  assert.deepEqual(port.lines, ["link refused too many connections in all"]);
  const [first] = port.links;
  first!.yieldRoom("over");
  port.acceptor.released(first!);
  assert.equal(port.acceptor.connections, 1);
  assert.ok(await port.connect());
});

Deno.test("Acceptor closes the oldest unsettled connection after its grace time", async () => {
  await using port = new Port();
  port.limits = { total: 3 };
  for (let n = 0; n < 3; n++) await port.connect();
  assert.equal(await port.connect(), false, "all are new");
  port.now = 2000;
  port.acceptor.settled(port.links[0]!);
  port.links[1]!.mayYield = false;
  const room = port.links[2]!;
  assert.ok(await port.connect());
  assert.match(room.gone ?? "", /made room/);
  port.acceptor.released(room);
  assert.equal(port.acceptor.connections, 3);
  assert.equal(port.links[0]!.gone, undefined);
  assert.equal(port.links[1]!.gone, undefined);
});

Deno.test("Acceptor limits unsettled connections by closing the oldest immediately", async () => {
  await using port = new Port();
  port.limits = { total: 100, yieldingPerHost: 2 };
  for (let n = 0; n < 3; n++) await port.connect();
  assert.match(port.links[0]!.gone ?? "", /made room/);
  assert.equal(port.acceptor.yielding, 2);
});

Deno.test("Acceptor limits the rate of one host, but not of an uncounted one", async () => {
  {
    await using port = new Port();
    port.limits = { total: 100, newPerSecond: 1, newBurst: 3 };
    for (let n = 0; n < 3; n++) assert.ok(await port.connect());
    assert.equal(await port.connect(), false);
    port.now = 1000;
    assert.ok(await port.connect());
  }
  await using port = new Port({ isUncounted: () => true });
  port.limits = { total: 100, perHost: 1, newPerSecond: 1, newBurst: 1 };
  for (let n = 0; n < 5; n++) assert.ok(await port.connect());
});

Deno.test({
  name: "Acceptor makes the host that holds most give way, not the others",
  ignore: !RAW_TCP_WORKS,
  async fn() {
    await using port = new Port();
    port.limits = { total: 5 };
    using raw = new RawTcp();
    const fds: number[] = [];
    const come = async (source: string) => {
      const before = port.links.length;
      fds.push(raw.connect(port.port, source));
      const until = Date.now() + 5000;
      while (port.links.length === before && Date.now() < until) {
        await new Promise((go) => setTimeout(go, 1));
      }
    };
    await come("127.0.0.9");
    for (let n = 0; n < 4; n++) await come("127.0.0.3");
    port.now = 2000;
    await come("127.0.0.7");
    assert.deepEqual(
      port.links.filter(({ gone }) => gone).map(({ address }) => address),
      ["127.0.0.3"],
    );
    for (const fd of fds) raw.close(fd);
  },
});
