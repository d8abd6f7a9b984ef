/**
 * Explains how to connect a client to this server, offers the files for it, and
 * checks how far the visitor's own client gets.
 *
 * @module
 */
import {
  hostsLines,
  locationLine,
  registryFile,
} from "../domain/client_files.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { html } from "./html.ts";
import { page, panel } from "./layout.ts";
import { addressFor, ownIPv4Addresses, requestedHost } from "./own_address.ts";
import type { App, Context, Site } from "./site.ts";

export function connectPages(app: App, site: Site): void {
  app.get("/connect", (c) => {
    const { host, port } = addressFor(c, site);
    return page(c, site, {
      title: "Connect",
      menu: "/connect",
      main: html`<h1>How do I connect?</h1>
<p>This server speaks to the real, unchanged Paltalk 5.0 client of 2002. For you it is at
<strong class="address">${host}</strong>, port <strong class="address">${port}</strong>.</p>
${isLoopback(host) ? onlyHere(c) : ""}
${panel("On Windows", windowsSteps(host))}
${panel("On Linux or a Mac, with Wine", wineSteps())}
${
        site.live.status().endpoints.video === null ? "" : panel(
          "Webcams",
          html`<p>Members of a room can show a webcam and watch those of others. The pictures pass
through this server to the members who watch, unencrypted like everything the client of 2002 sends.
They are not stored: only the newest one of each webcam is held in memory, until the next.</p>`,
        )
      }
${panel("If the client forgets its server", hostsHelp(c, host))}
${
        panel(
          "Can this server be reached from here?",
          html`<p>Open the check, start your client and watch how far it comes.</p>
<p><a class="button" href="/connect/check">Open the check</a></p>`,
        )
      }`,
    });
  });

  app.get("/connect/retropal.reg", (c) => {
    const { host, port } = addressFor(c, site);
    return download(c, "retropal.reg", registryFile(host, port));
  });
  app.get("/connect/location2.txt", (c) => {
    const { host, port } = addressFor(c, site);
    return download(c, "location2.txt", locationLine(host, port));
  });
  app.get("/connect/hosts.txt", (c) => {
    const { host } = addressFor(c, site);
    return download(c, "hosts.txt", hostsLines(host));
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || /^127\./.test(host);
}

/** Shown to a host who has opened the page on the server's own machine. */
function onlyHere(c: Context) {
  const port = /:\d+$/.exec(c.req.header("host") ?? "")?.[0] ?? "";
  const others = ownIPv4Addresses().filter((address) => !isLoopback(address));
  return html`
    <div class="notice" role="note">
      <p><strong>This address and the files below work on this machine only</strong>,
    because you opened the page there. ${others.length > 0
      ? html`
        For another machine, open this page at ${others.map((address, i) =>
          html`
            ${i > 0 ? " or " : ""}<a
              href="http://${address}${port}/connect">http://${address}${port}/connect</a>
          `
        )}, or set
      `
      : "For other machines, set "}<code>server.advertise</code>.</p>
    </div>
  `;
}

function windowsSteps(host: string) {
  return html`
    <ol class="steps">
      <li>Install Paltalk 5.0 and leave it closed. It is not shipped here: bring your own copy.</li>
      <li>Download <a href="/connect/retropal.reg" download>retropal.reg</a>, open it and agree.
    It writes the address <span class="address">${host}</span> for your own Windows user and changes nothing else.</li>
      <li>Start Paltalk and sign on with the nickname and password of your account here.</li>
    </ol>
  `;
}

function wineSteps() {
  return html`
    <ol class="steps">
      <li>Install Paltalk 5.0 in Wine and leave it closed.</li>
      <li>Download <a href="/connect/retropal.reg" download>retropal.reg</a> and run
    <code>wine regedit retropal.reg</code>.</li>
      <li>Start it with <code>wine Paltalk.exe</code>. Sound goes through Wine by itself;
    allow the microphone when your system asks.</li>
    </ol>
  `;
}

function hostsHelp(c: Context, host: string) {
  const port = (c.req.header("host") ?? "").split(":")[1] ?? "80";
  return html`
    <p>After an outage the client forgets where it belongs, unless it can fetch
    <code>http://www.paltalk.com/location2.txt</code>. A line in the machine's hosts file
    (<code>C:\\Windows\\System32\\drivers\\etc\\hosts</code>) leads that name here:</p>
    <pre>${hostsLines(host)}</pre>
    <ul>
      <li><a href="/connect/hosts.txt" download>hosts.txt</a>: these lines</li>
      <li><a href="/connect/location2.txt" download>location2.txt</a>: what the client then reads</li>
    </ul>
    ${requestedHost(c.req.header("host")) !== "" && port !== "80"
      ? html`
        <p
          class="quiet">The client asks at port 80: the host switches that on with <code>web.legacy_port</code>.</p>
      `
      : ""}
  `;
}

function download(c: Context, name: string, text: string): Response {
  return c.body(encodeText(text), 200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${name}"`,
  });
}
