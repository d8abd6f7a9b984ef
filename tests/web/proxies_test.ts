/**
 * The configuration blocks for nginx and Caddy in docs/browser.md, in front of
 * the server: text, voice and pictures of /chat pass through both.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { join as joinPath } from "node:path";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { chatTest, join, signOn, uidOf, write } from "./support/chat_page.ts";

const NGINX = "/usr/sbin/nginx";
const CADDY = "/usr/bin/caddy";
const GUIDE = new URL("../../docs/browser.md", import.meta.url);
const START_MS = 10_000;

interface Proxy {
  readonly child: Deno.ChildProcess;
  /** Base URL of its pages. */
  readonly pages: string;
}

/** Returns the guide's block with the differences of this test. */
async function blockOf(
  language: "nginx" | "caddy",
  changes: readonly (readonly [string, string])[],
): Promise<string> {
  const guide = await Deno.readTextFile(GUIDE);
  const fence = new RegExp("```" + language + "\\n([\\s\\S]*?)```");
  let block = fence.exec(guide)?.[1] ?? "";
  for (const [from, to] of changes) {
    ok(block.includes(from), `no ${from} in the guide's block`);
    block = block.replace(from, to);
  }
  return block;
}

/** Runs nginx with the guide's block. Resolves when it listens. */
async function startNginx(folder: string, upstream: string): Promise<Proxy> {
  const block = await blockOf("nginx", [["http://127.0.0.1:8080", upstream]]);
  const port = freePort();
  const place = (name: string) => joinPath(folder, name);
  await Deno.writeTextFile(
    place("nginx.conf"),
    `daemon off;
error_log stderr;
pid ${place("pid")};
events {}
http {
  access_log off;
  client_body_temp_path ${place("body")};
  proxy_temp_path ${place("proxy")};
  fastcgi_temp_path ${place("fastcgi")};
  uwsgi_temp_path ${place("uwsgi")};
  scgi_temp_path ${place("scgi")};
  server {
    listen 127.0.0.1:${port};
    ${block}
  }
}
`,
  );
  const child = new Deno.Command(NGINX, {
    args: ["-p", folder, "-c", place("nginx.conf")],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await listens(port);
  return { child, pages: `http://127.0.0.1:${port}` };
}

/**
 * Runs Caddy with the guide's block, and certificates from its own authority.
 */
async function startCaddy(folder: string, upstream: string): Promise<Proxy> {
  const port = freePort();
  const pages = `https://localhost:${port}`;
  const block = await blockOf("caddy", [
    ["chat.example.org", pages],
    ["127.0.0.1:8080", new URL(upstream).host],
  ]);
  const file = joinPath(folder, "Caddyfile");
  await Deno.writeTextFile(
    file,
    `{
  admin off
  auto_https disable_redirects
  local_certs
  skip_install_trust
}
${block}`,
  );
  const child = new Deno.Command(CADDY, {
    args: ["run", "--config", file, "--adapter", "caddyfile"],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await listens(port);
  return { child, pages };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function listens(port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function isInstalled(program: string): boolean {
  try {
    return Deno.statSync(program).isFile;
  } catch {
    return false;
  }
}

const PROXIES = [
  ["nginx", NGINX, startNginx],
  ["Caddy", CADDY, startCaddy],
] as const;

for (const [name, program, start] of PROXIES) {
  const isPossible = isInstalled(program);
  const why = isPossible
    ? ""
    : ` (skipped: ${program} is missing, apt-get install ${name.toLowerCase()})`;
  chatTest(
    `through ${name}, as the guide has it${why}`,
    async (server, browser, room) => {
      const folder = await Deno.makeTempDir({ prefix: "retropal-proxy-" });
      const { child, pages } = await start(folder, server.pages);
      try {
        await using dan = await server.signOn("Dan");
        await dan.rooms.join(room);
        const ann = await signOn(server, browser, "Ann", { pages });
        await join(ann);
        await write(ann, "through the proxy");
        const uid = uidOf(server, "Ann");
        const line = await dan.expect(
          roomMessageIn,
          (line) => line.uid === uid,
        );
        equal(decodeText(line.text), "through the proxy");
        // Voice and pictures need tickets of the same chat session.
        await ann.hover(".talk-key");
        await ann.mouse.down();
        equal((await dan.voice.hear(uid, 10_000)).speaker, uid);
        await ann.mouse.up();
        await ann.click("text=Show my camera");
        const sign = ".members .person:has-text('Ann')";
        await ann.waitForSelector(`${sign} [aria-label='camera on']`);
        const view = await dan.video.watch(room, uid);
        ok((await view.next()).length > 500);
      } finally {
        child.kill("SIGTERM");
        await child.status;
        await Deno.remove(folder, { recursive: true });
      }
    },
    { "web.trusted_proxies": ["127.0.0.1"] },
    isPossible,
  );
}
