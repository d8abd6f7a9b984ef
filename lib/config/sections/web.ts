/**
 * Settings for the pages.
 *
 * @module
 */
import {
  isHost,
  isOrigin,
  normalAddress,
  PRIVATE_NETWORKS,
} from "../../net/networks.ts";
import { networks, port } from "../kinds.ts";
import { choice, integer, list, text, toggle } from "../setting.ts";

export const WEB = {
  enabled: toggle({
    default: true,
    about: "Whether the pages (and location2.txt for the client) are served.",
    desk: false,
  }),
  port: port({ default: 8080, about: "TCP port of the pages." }),
  bind: text({
    default: "",
    check: (value) => value === "" || normalAddress(value) !== null,
    allowed:
      'an address of this machine, 0.0.0.0 for all of them, or "" for the ' +
      "one of chat and voice",
    about: "The address on which the pages are offered.",
    desk: false,
    example: '"127.0.0.1"',
  }),
  legacy_port: integer({
    default: 0,
    min: 0,
    max: 65535,
    allowed: "a port from 1 to 65535, or 0 for none",
    about:
      "A second port for the old client's own browser, which knows only 80: " +
      "after an outage the client finds its server again by " +
      "http://www.paltalk.com/location2.txt.",
    example: "80",
  }),
  public_url: text({
    default: "",
    max: 200,
    check: (value) => value === "" || isOrigin(value),
    allowed: 'an address without a path, or "" for the server\'s own',
    about:
      "Address of the pages as users outside open it, if a proxy or a router " +
      "changes the name or port. Links for others begin with it.",
    example: '"https://chat.example.org"',
    live: true,
  }),
  tls: choice(["off", "self", "files", "acme"], {
    default: "off",
    about:
      "HTTPS in addition to http: off, with a self-signed certificate, with " +
      "one from files, or with one by ACME (Let's Encrypt).",
  }),
  tls_port: port({ default: 8443, about: "TCP port of the pages by HTTPS." }),
  tls_cert: text({
    default: "",
    max: 1000,
    about: "PEM file with the certificate and those of its issuers, for " +
      'web.tls = "files". Read again at SIGHUP.',
    example: '"/etc/retropal/fullchain.pem"',
    desk: false,
    live: true,
  }),
  tls_key: text({
    default: "",
    max: 1000,
    about: 'PEM file with the private key, for web.tls = "files".',
    example: '"/etc/retropal/privkey.pem"',
    desk: false,
    live: true,
  }),
  tls_names: list({
    default: [],
    check: (value) => isHost(value),
    allowed: "a list of host names; addresses too, but not for ACME",
    about: "Names of this server in its certificate. ACME certifies exactly " +
      "these; a certificate of the server's own has them beside its addresses.",
    example: '["chat.example.org"]',
    live: true,
  }),
  acme_directory: text({
    default: "https://acme-v02.api.letsencrypt.org/directory",
    max: 1000,
    check: (value) => /^https:\/\/[^\s/]+/.test(value),
    allowed: "an https address",
    about: "Directory of the ACME server. Using it means accepting its terms.",
    live: true,
  }),
  acme_email: text({
    default: "",
    max: 200,
    check: (value) => value === "" || /^[^\s@]+@[^\s@]+$/.test(value),
    allowed: 'an email address, or "" for none',
    about: "Contact address for the ACME server.",
    example: '"host@example.org"',
    live: true,
  }),
  acme_ca: text({
    default: "",
    max: 1000,
    about:
      "PEM file of the authority of the ACME server itself, if that is a " +
      "private one.",
    example: '"/etc/retropal/acme-root.pem"',
    live: true,
  }),
  hsts_seconds: integer({
    default: 0,
    min: 0,
    max: 63_072_000,
    about: "Seconds for which browsers must use only https. 0: no such rule. " +
      "During this time a browser refuses http and invalid certificates.",
    live: true,
  }),
  show_names: toggle({
    default: false,
    about: "Show visitors the names of online users, not only their number.",
    live: true,
  }),
  staff_two_step: toggle({
    default: false,
    about: "Whether the desk opens only to staff who have turned on two-step " +
      "sign-in.",
    live: true,
  }),
  staff_networks: networks({
    default: PRIVATE_NETWORKS,
    about: "Networks from which the desk, metrics and health can be opened.",
    example: '["127.0.0.0/8", "192.168.1.0/24"]',
    desk: false,
  }),
  trusted_proxies: networks({
    default: [],
    about: "Proxies in front of the pages whose X-Forwarded-For is trusted.",
    example: '["127.0.0.1"]',
    desk: false,
  }),
} as const;
