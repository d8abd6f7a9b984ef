/**
 * The page to download the host's own certificate authority, which explains
 * what installing it means.
 *
 * @module
 */
import { readCertificate } from "../tls/read_certificate.ts";
import { html } from "./html.ts";
import { page, panel } from "./layout.ts";
import { notFound } from "./problem.ts";
import type { App, Site } from "./site.ts";

const FILE = "/connect/authority.crt";

export function authorityPages(app: App, site: Site): void {
  app.get("/connect/authority", (c) => {
    const certificate = site.authority();
    return page(c, site, {
      title: "Authority",
      menu: "/connect",
      main: html`<h1>The warning of your browser</h1>
<p>This server made its https certificate itself. Nobody else vouches for it, so your browser warns before it opens a page.
The connection is encrypted all the same. Whether it leads to this server is for you to check:
compare the fingerprint that the browser shows with the one that the host tells you.</p>
${
        certificate === undefined
          ? panel(
            "Continue once",
            html`
              <p>Most browsers ask once: choose “Advanced”, then continue. They remember it for this server only.</p>
            `,
          )
          : installing(certificate)
      }`,
    });
  });

  app.get(FILE, (c) => {
    const certificate = site.authority();
    if (certificate === undefined) throw notFound();
    return c.body(certificate, 200, {
      "content-type": "application/x-x509-ca-cert",
      "content-disposition": 'attachment; filename="retropal-authority.crt"',
    });
  });
}

function installing(certificate: string) {
  const { subject, fingerprint, permitted, until } = readCertificate(
    certificate,
  );
  return html`${
    panel(
      "Before you install it",
      html`
        <p>Installing an authority means that your system believes every certificate it signs.
            This one is limited: systems refuse what it signs for any other name or address than</p>
        <ul>${permitted.map((name) => html`<li><code>${name}</code></li>`)}</ul>
        <p>So the host, or anybody who steals the host’s key, can pretend to be these, and no bank or shop.
        Some old systems ignore such limits.
            If you only want to join now and then, do not install it: continue past the warning.</p>
        <p>Ask the host, by telephone or in person, for the fingerprint, and install the file only if it is this one:</p>
        <pre>${fingerprint}</pre>
      `,
    )
  }${
    panel(
      "How to install and remove it",
      html`
        <p><a class="button" href="${FILE}" download>Download the authority</a></p>
        <ul>
          <li><strong>Windows:</strong> open the file, Install Certificate, Current User, “Trusted Root Certification Authorities”. Remove it with <code>certmgr.msc</code>.</li>
          <li><strong>macOS:</strong> open the file, add it to the login keychain, open it there and choose Trust, Always Trust. Remove it in Keychain Access.</li>
          <li><strong>Firefox:</strong> Settings, Certificates, View Certificates, Authorities, Import, for websites. Remove it there.</li>
          <li><strong>Android:</strong> Settings, Security, Encryption and credentials, Install a certificate, CA certificate.</li>
          <li><strong>iPhone:</strong> open the file, install the profile in Settings, then turn it on under About, Certificate Trust Settings.</li>
        </ul>
        <p class="quiet">It is called “${subject}” and ends on ${until
          .toISOString().slice(0, 10)}.</p>
      `,
    )
  }`;
}
