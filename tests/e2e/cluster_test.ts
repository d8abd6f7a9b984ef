/**
 * A core and two gateways with a real nats-server. All other tests of chat and
 * voice run the same way with RETROPAL_TEST_GATEWAYS=2.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PaltalkClient, webSocketTransport } from "../../lib/client/mod.ts";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { Malformed } from "../../lib/protocol/layout.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { hasNats, startNats } from "../support/nats.ts";
import { PASSWORD, runCli, RunningCli, TestServer } from "../support/server.ts";
import { tuneIn } from "../support/voice.ts";

const VOICE = 50001;
const options = {
  users: ["Ann", "Bob", "Cat"],
  gateways: 2,
  settings: { "limits.signon_attempts_per_address": "1000" },
};
const ignore = !await hasNats();

/** Polls until the condition is true. */
async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  ms = 10_000,
): Promise<void> {
  const ends = performance.now() + ms;
  while (!await isSo()) {
    if (performance.now() > ends) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function lines(client: PaltalkClient): string[] {
  return client.received.flatMap(({ type, payload }) => {
    if (type !== roomMessageIn.type) return [];
    const packet = roomMessageIn.parse(payload);
    return packet instanceof Malformed ? [] : [decodeText(packet.text)];
  });
}

const sessions = async (server: TestServer): Promise<string[]> =>
  JSON.parse(await server.run("sessions", "--json")).map((
    { nickname }: { nickname: string },
  ) => nickname).filter(Boolean);

Deno.test({
  name: "people of two gateways and of the core talk, in one order",
  ignore,
  async fn() {
    await using server = await TestServer.start(options);
    assert.deepEqual(Object.keys(server.ready).sort(), [
      "chat",
      "pid",
      "role",
      "video",
      "voice",
      "web",
      "webs",
    ]);
    const [host = "", port] = server.ready.chat.split(":");
    await using ann = await server.signOn("Ann");
    await using bob = await server.signOn("Bob");
    await using cat = await server.signOn("Cat", { host, port: Number(port) });
    const people = [ann, bob, cat];
    for (const one of people) await one.rooms.join(VOICE);
    for (let i = 0; i < 30; i++) {
      await people[i % 3]!.rooms.say(VOICE, `line ${i}`);
    }
    const said = (one: PaltalkClient) =>
      lines(one).filter((text) => text.startsWith("line "));
    // A client shows its own lines without an echo from the server.
    for (const one of people) {
      await until("20 lines", async () => {
        await one.settle();
        return said(one).length >= 20;
      });
      assert.equal(said(one).length, 20);
    }
    const order = (one: PaltalkClient, not: number[]) =>
      said(one).filter((line) => !not.includes(Number(line.slice(5)) % 3));
    assert.deepEqual(order(ann, [1]), order(bob, [0]));
    assert.deepEqual(order(bob, [2]), order(cat, [1]));
    assert.deepEqual((await sessions(server)).sort(), ["Ann", "Bob", "Cat"]);

    await tuneIn(ann, bob, cat);
    await ann.voice.talk(3);
    for (const one of [bob, cat]) {
      assert.equal((await one.voice.hear()).speaker, ann.uid);
    }
    await until("their voice in the statistics of the core", async () => {
      const { rooms } = JSON.parse(await server.run("stats", "--json"));
      const room = rooms.find(({ gid }: { gid: number }) => gid === VOICE);
      // Null as long as no frame has been counted.
      return room?.membersPeak === 3 && room.lost !== null;
    });
    await server.run("user", "kick", "Bob", "--reason", "enough");
    await bob.connection.closed;
    assert.deepEqual((await sessions(server)).sort(), ["Ann", "Cat"]);
  },
});

Deno.test({
  name: "rules of the core hold at gateways within a second",
  ignore,
  async fn() {
    await using server = await TestServer.start(options);
    const { chat } = server.cluster!.gateways[0]!;
    const isRefused = async () => {
      const connection = await Deno.connect({
        hostname: chat.host,
        port: chat.port,
      });
      try {
        const timer = setTimeout(() => connection.close(), 100);
        const count = await connection.read(new Uint8Array(1));
        clearTimeout(timer);
        connection.close();
        return count === null;
      } catch (error) {
        // The timer closed it, so the server had accepted it.
        return !(error instanceof Deno.errors.BadResource ||
          error instanceof Deno.errors.Interrupted);
      }
    };
    assert.equal(await isRefused(), false);
    await server.run("ban", "add", "127.0.0.1", "--yes");
    await until("the ban", isRefused, 1500);
    await server.run("ban", "remove", "127.0.0.1");
    await until("its end", async () => !await isRefused(), 1500);
    await Deno.writeTextFile(
      `${server.data}/retropal.toml`,
      '[access]\nonly_from = ["10.0.0.0/8"]\n',
    );
    await server.run("config", "reload");
    await until("another rule", isRefused, 1500);
  },
});

Deno.test({
  name: "a gateway that dies: its people depart, and voice moves",
  ignore,
  async fn() {
    await using server = await TestServer.start(options);
    const { gateways } = server.cluster!;
    await using ann = await server.signOn("Ann", gateways[0]!.chat);
    await using bob = await server.signOn("Bob", gateways[1]!.chat);
    await ann.rooms.join(VOICE);
    await bob.rooms.join(VOICE);
    const port = ann.state.media.get(VOICE)!.tcpPort;
    const dead = gateways.findIndex(({ voice }) => voice.port === port);
    assert.ok(dead >= 0);
    const [gone, stays] = dead === 0 ? [ann, bob] : [bob, ann];
    await gateways[dead]!.kill9();
    await gone.connection.closed;
    await until("departure", async () => (await sessions(server)).length === 1);
    await until(
      "voice at the other gateway",
      () => stays.state.media.get(VOICE)!.tcpPort !== port,
    );
    const other = gateways[1 - dead]!;
    assert.equal(stays.state.media.get(VOICE)!.tcpPort, other.voice.port);
    await using back = await server.signOn(gone.nickname, other.chat);
    await back.rooms.join(VOICE);
    await tuneIn(stays, back);
  },
});

Deno.test({
  name: "a gateway keeps its sockets while NATS is away",
  ignore,
  async fn() {
    await using server = await TestServer.start(options);
    const { nats } = server.cluster!;
    await using ann = await server.signOn("Ann");
    await using bob = await server.signOn("Bob");
    await ann.rooms.join(VOICE);
    await bob.rooms.join(VOICE);
    nats.signal("SIGSTOP");
    await ann.rooms.say(VOICE, "held");
    await new Promise((resolve) => setTimeout(resolve, 800));
    nats.signal("SIGCONT");
    await until("the line", async () => {
      await bob.settle();
      return lines(bob).includes("held");
    });
    assert.equal(lines(bob).filter((text) => text === "held").length, 1);
  },
});

Deno.test({
  name: "the pages at a gateway are the core's, but for location2.txt",
  ignore,
  async fn() {
    await using server = await TestServer.start({
      ...options,
      web: true,
      settings: {
        ...options.settings,
        "server.chat_port": "0",
        "web.trusted_proxies": "127.0.0.1",
      },
      flags: ["--web-port", "0"],
    });
    const gateway = server.cluster!.gateways[0] as TestServer;
    const pages = `http://${gateway.ready.web}`;
    assert.equal(
      await (await fetch(`${pages}/location2.txt`)).text(),
      `LOCATION:127.0.0.1:${gateway.chat.port}`,
    );
    const front = await fetch(pages);
    assert.equal(front.status, 200);
    assert.match(await front.text(), /Retropal/);
    // Staff pages are limited to nearby visitors, so the gateway must have
    // forwarded the address.
    const health = await fetch(`${pages}/healthz`);
    assert.equal(health.status, 200);
    await health.body?.cancel();

    await using ann = await browse(pages, "Ann");
    await using bob = await server.signOn("Bob");
    await bob.rooms.join(VOICE);
    await ann.rooms.join(VOICE);
    await ann.rooms.say(VOICE, "from a browser");
    await until("the line", async () => {
      await bob.settle();
      return lines(bob).includes("from a browser");
    });
    // A browser sends its voice to the core, so the core relays the whole room.
    await until(
      "voice at the core",
      () =>
        bob.state.media.get(VOICE)?.tcpPort ===
          Number(server.ready.voice.split(":")[1]),
    );
    await tuneIn(ann, bob);
    await assert.rejects(browse(pages, "Cat", "http://elsewhere.example"));
  },
});

Deno.test({
  name: "a gateway ends HTTPS with a certificate of its own",
  ignore,
  async fn() {
    await using server = await TestServer.start({
      ...options,
      gateways: 1,
      web: true,
      settings: {
        ...options.settings,
        "server.chat_port": "0",
        "web.trusted_proxies": "127.0.0.1",
      },
      flags: ["--web-port", "0"],
    });
    await using gateway = await TestServer.start({
      gateways: 0,
      web: true,
      settings: {
        ...server.cluster!.settings("gateway"),
        "web.tls": "self",
        "web.tls_names": "127.0.0.1",
      },
      flags: ["--web-port", "0", "--tls-port", "0"],
    });
    assert.equal(server.ready.webs, null);
    const [http, https] = [
      `http://${gateway.ready.web}`,
      `https://${gateway.ready.webs}`,
    ];
    const certificate = await Deno.readTextFile(
      join(gateway.data, "tls", "self.crt"),
    );
    using client = Deno.createHttpClient({ caCerts: [certificate] });
    const get = async (url: string, init: RequestInit = {}) => {
      const answer = await fetch(url, { redirect: "manual", client, ...init });
      return { answer, text: await answer.text() };
    };

    const chat = await get(`${http}/chat?a=1`);
    assert.equal(chat.answer.status, 307);
    assert.equal(chat.answer.headers.get("location"), `${https}/chat?a=1`);
    const sent = await get(`${http}/sign-in`, { method: "POST", body: "" });
    assert.equal(sent.answer.status, 303);
    for (const path of ["/location2.txt", "/healthz", "/connect"]) {
      assert.equal((await get(http + path)).answer.status, 200, path);
    }
    const challenge = `${http}/.well-known/acme-challenge/x`;
    assert.equal((await get(challenge)).answer.status, 404);

    assert.equal((await get(`${https}/chat`)).answer.status, 200);
    const form = await get(`${https}/sign-in`);
    const form_token = /name="form_token" value="([^"]+)"/.exec(form.text)
      ?.[1] ?? "";
    const signedIn = await get(`${https}/sign-in`, {
      method: "POST",
      body: new URLSearchParams({
        form_token,
        nickname: "Ann",
        password: PASSWORD,
      }),
    });
    assert.equal(signedIn.answer.status, 303, signedIn.text);
    assert.match(signedIn.answer.headers.get("set-cookie") ?? "", /Secure/);

    await using ann = await browse(https, "Ann", https, client);
    await using bob = await server.signOn("Bob");
    await bob.rooms.join(VOICE);
    await ann.rooms.join(VOICE);
    await ann.rooms.say(VOICE, "by https");
    await until("the line", async () => {
      await bob.settle();
      return lines(bob).includes("by https");
    });
    await assert.rejects(browse(https, "Cat", http, client));
  },
});

/** Signs on a client as in a browser on these pages. */
async function browse(
  pages: string,
  nickname: string,
  origin = pages,
  client?: Deno.HttpClient,
): Promise<PaltalkClient> {
  const user = new PaltalkClient({
    host: "browser.invalid",
    port: 1,
    transport: webSocketTransport(pages.replace("http", "ws"), {
      connect: (url, protocols) =>
        new WebSocket(
          url,
          { protocols, headers: { origin }, client } as never,
        ),
    }),
  });
  await user.signOn({ nickname, password: PASSWORD });
  return user;
}

Deno.test({
  name: "commands in a gateway's folder say where to go",
  ignore,
  async fn() {
    await using server = await TestServer.start(options);
    const gateway = server.cluster!.gateways[0] as TestServer;
    for (const command of [["status"], ["user", "list"]]) {
      const { code, err } = await gateway.cli(command);
      assert.equal(code, 1);
      assert.match(err, /gateway of the cluster "retropal"/);
      assert.ok(err.includes(server.data), err);
    }
  },
});

Deno.test("a role without NATS ends with a message", async () => {
  const data = await Deno.makeTempDir();
  const serve = (...nats: string[]) =>
    runCli(["serve", "--data", data], "", {
      "cluster.role": "gateway",
      "cluster.nats": nats.join(","),
    });
  const none = await serve();
  assert.equal(none.code, 1);
  assert.match(none.err, /cluster\.nats names no server/);
  const open = await serve("nats://192.0.2.1:4222");
  assert.equal(open.code, 1);
  assert.match(open.err, /credentials/);
  await Deno.remove(data, { recursive: true });
});

Deno.test({
  name: "a server that waits for NATS starts when it comes",
  ignore,
  async fn() {
    const first = await startNats();
    const port = first!.port;
    await first!.stop();
    const data = await Deno.makeTempDir();
    await using core = new RunningCli(["serve", "--data", data, "--no-web"], {
      "cluster.role": "core",
      "cluster.nats": `nats://127.0.0.1:${port}`,
      "server.chat_port": "0",
    });
    await core.err.match(/NATS cannot be reached yet/, 20_000);
    await using _nats = (await startNats({ port }))!;
    await core.out.match(/^ready /m, 20_000);
    core.kill("SIGTERM");
    assert.equal(await core.code(), 0);
    await Deno.remove(data, { recursive: true });
  },
});
