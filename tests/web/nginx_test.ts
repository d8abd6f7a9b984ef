/**
 * The nginx block of docs/browser.md, as it stands there, in front of the
 * server: text by /chat through a real nginx.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { join as joinPath } from "node:path";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { chatTest, join, signOn, uidOf, write } from "./support/chat_page.ts";

const NGINX = "/usr/sbin/nginx";
const GUIDE = new URL("../../docs/browser.md", import.meta.url);
const START_MS = 10_000;

/** Runs nginx with the guide's block; resolves when it listens. */
async function startNginx(folder: string, upstream: string) {
  const guide = await Deno.readTextFile(GUIDE);
  const block = /```nginx\n([\s\S]*?)```/.exec(guide)?.[1];
  ok(block?.includes("http://127.0.0.1:8080"), "the guide has no nginx block");
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
    ${block!.replace("http://127.0.0.1:8080", upstream)}
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

function isInstalled(): boolean {
  try {
    return Deno.statSync(NGINX).isFile;
  } catch {
    return false;
  }
}

const only = isInstalled()
  ? ""
  : ` (skipped: ${NGINX} is missing, apt-get install nginx)`;

chatTest(
  "through nginx, as the guide has it" + only,
  async (server, browser, room) => {
    const folder = await Deno.makeTempDir({ prefix: "retropal-nginx-" });
    const { child, pages } = await startNginx(folder, server.pages);
    try {
      await using dan = await server.signOn("Dan");
      await dan.rooms.join(room);
      const ann = await signOn(server, browser, "Ann", { pages });
      await join(ann);
      await write(ann, "through the proxy");
      const uid = uidOf(server, "Ann");
      const line = await dan.expect(roomMessageIn, (line) => line.uid === uid);
      equal(decodeText(line.text), "through the proxy");
      // Voice and pictures ask for tickets of the same chat session.
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
  isInstalled(),
);
