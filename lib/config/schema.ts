/**
 * Every setting there is. From this one table come the defaults, the commented
 * `retropal.toml`, the checks, the names in the environment, `config show` and
 * the type `Config` (config.ts).
 *
 * @module
 */
import {
  isHost,
  normalAddress,
  normalNetwork,
  PRIVATE_NETWORKS,
} from "../net/networks.ts";
import {
  choice,
  integer,
  list,
  type Setting,
  text,
  toggle,
} from "./setting.ts";
import { BACKUP } from "./backup.ts";
import { CLUSTER } from "./cluster.ts";
import { LIMITS } from "./limits.ts";
import { MAIL } from "./mail.ts";
import { MODERATION } from "./moderation.ts";
import { isViewablePort } from "../protocol/packets/room_video.ts";
import { fitsWindows1252 } from "../protocol/windows1252.ts";

const isNetwork = (value: string) =>
  normalAddress(value) !== null || normalNetwork(value) !== null;
/** What goes into a record or a box of the client. */
const isClientText = (value: string) =>
  fitsWindows1252(value) && !value.includes("\u00c8") &&
  [...value].every((letter) => letter >= " " || letter === "\n");

/** http only on this machine: somebody on the way could hide a release. */
const isReleaseAddress = (value: string) =>
  value === "" || /^https:\/\/[^\s/]+/.test(value) ||
  /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(value);

const LIVE = true;
const port = (words: { default: number; about: string }) =>
  integer({
    ...words,
    min: 0,
    max: 65535,
    allowed: "a port from 1 to 65535, or 0 for any free one",
  });
const networks = (
  words: {
    default: readonly string[];
    about: string;
    example: string;
    desk?: boolean;
  },
) =>
  list({
    check: isNetwork,
    allowed: 'a list of addresses and networks like "192.168.0.0/16"',
    live: LIVE,
    ...words,
  });

export const SCHEMA = {
  server: {
    name: text({
      default: "Retropal",
      max: 64,
      check: (value) => value.trim() !== "" && isClientText(value),
      allowed: "1 to 64 characters of Windows-1252",
      about: "What this server is called, in greetings and on its pages.",
      example: '"Grandma\'s Kitchen"',
      live: LIVE,
    }),
    welcome: text({
      default: "",
      max: 500,
      check: isClientText,
      allowed: "at most 500 characters of Windows-1252",
      about:
        "What a room says to who enters it when it has no welcome of its own; " +
        "{nick} and {room} are filled in.",
      example: '"Be kind to each other."',
      live: LIVE,
    }),
    bind: text({
      default: "0.0.0.0",
      check: (value) => normalAddress(value) !== null,
      allowed: "an address of this machine, or 0.0.0.0 for all of them",
      about: "The address on which chat and voice are offered.",
      example: '"192.168.1.20"',
    }),
    advertise: text({
      default: "",
      check: (value) => value === "" || isHost(value),
      allowed: 'an IPv4 address or a host name, or "" for none',
      about:
        "The address that clients are told for voice. Empty: the one at which " +
        "each client's own connection arrived, right unless a router stands between.",
      example: '"chat.example.org"',
      live: LIVE,
    }),
    advertise_private: text({
      default: "",
      check: (value) => value === "" || isHost(value),
      allowed: 'an IPv4 address or a host name, or "" for none',
      about: "The same for clients from private networks (10.x, 172.16-31.x, " +
        "192.168.x), so that friends at home and friends outside hear each other.",
      example: '"192.168.1.20"',
      live: LIVE,
    }),
    contact: text({
      default: "",
      max: 200,
      about: "How to reach the host, for pages that say to ask them.",
      example: '"Ann, 020 555 0123"',
      live: LIVE,
    }),
    uplink_kbit: integer({
      default: 0,
      min: 0,
      max: 100_000_000,
      about: "Upload rate of this server's line in kbit/s, against which the " +
        "desk shows the traffic. 0: unknown. It limits nothing.",
      example: "10000",
      live: LIVE,
    }),
    chat_port: port({
      default: 5001,
      about:
        "TCP port for chat. The client expects 5001 unless told otherwise.",
    }),
    voice_port: port({
      default: 2090,
      about: "Port for voice, TCP and UDP alike.",
    }),
    video_port: integer({
      default: 2092,
      min: 0,
      max: 65535,
      check: (value) => value === 0 || isViewablePort(value),
      allowed:
        "a port that clients connect to, such as 2092, or 0 for any free one; " +
        "they refuse about one port in 23, among them 2185 to 2203",
      about: "TCP port for webcams in rooms.",
    }),
  },

  web: {
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
    tls: choice(["off", "self", "files", "acme"], {
      default: "off",
      about:
        "HTTPS beside http: off, with a certificate that the server makes for " +
        "itself, with one from files, or with one by ACME (Let's Encrypt).",
    }),
    tls_port: port({ default: 8443, about: "TCP port of the pages by HTTPS." }),
    tls_cert: text({
      default: "",
      max: 1000,
      about: "PEM file with the certificate and those of its issuers, for " +
        'web.tls = "files". Read again at SIGHUP.',
      example: '"/etc/retropal/fullchain.pem"',
      desk: false,
      live: LIVE,
    }),
    tls_key: text({
      default: "",
      max: 1000,
      about: 'PEM file with the private key, for web.tls = "files".',
      example: '"/etc/retropal/privkey.pem"',
      desk: false,
      live: LIVE,
    }),
    tls_names: list({
      default: [],
      check: (value) => isHost(value),
      allowed: "a list of host names; addresses too, but not for ACME",
      about:
        "Names of this server in its certificate. ACME certifies exactly " +
        "these; a certificate of the server's own has them beside its addresses.",
      example: '["chat.example.org"]',
      live: LIVE,
    }),
    acme_directory: text({
      default: "https://acme-v02.api.letsencrypt.org/directory",
      max: 1000,
      check: (value) => /^https:\/\/[^\s/]+/.test(value),
      allowed: "an https address",
      about:
        "Directory of the ACME server. Using it means accepting its terms.",
      live: LIVE,
    }),
    acme_email: text({
      default: "",
      max: 200,
      check: (value) => value === "" || /^[^\s@]+@[^\s@]+$/.test(value),
      allowed: 'an email address, or "" for none',
      about: "Where the ACME server writes when something is wrong.",
      example: '"host@example.org"',
      live: LIVE,
    }),
    acme_ca: text({
      default: "",
      max: 1000,
      about:
        "PEM file of the authority of the ACME server itself, if that is a " +
        "private one.",
      example: '"/etc/retropal/acme-root.pem"',
      live: LIVE,
    }),
    hsts_seconds: integer({
      default: 0,
      min: 0,
      max: 63_072_000,
      about:
        "Tell browsers to come only by https for so many seconds. 0: do not. " +
        "Until they have passed, a browser refuses http and bad certificates.",
      live: LIVE,
    }),
    show_names: toggle({
      default: false,
      about: "Show visitors the names of online users, not only their number.",
      live: LIVE,
    }),
    staff_networks: networks({
      default: PRIVATE_NETWORKS,
      about: "From where the host's desk, metrics and health can be opened.",
      example: '["127.0.0.0/8", "192.168.1.0/24"]',
      desk: false,
    }),
    trusted_proxies: networks({
      default: [],
      about: "Proxies in front of the pages whose X-Forwarded-For is believed.",
      example: '["127.0.0.1"]',
      desk: false,
    }),
  },

  auth: {
    registration: choice(["closed", "open", "invite", "approval"], {
      default: "closed",
      about: "Who may create an account without the host: nobody, everybody, " +
        "people with an invite code, or everybody whom staff then approve.",
      live: LIVE,
    }),
    approval_days: integer({
      default: 14,
      min: 1,
      max: 365,
      about: "Days that a new account waits for approval before it is removed.",
      live: LIVE,
    }),
    reserved_names: list({
      default: [
        "Admin",
        "Administrator",
        "Moderator",
        "Operator",
        "Security",
        "Server",
        "Staff",
        "Support",
        "System",
      ],
      check: (item) => item !== "" && fitsWindows1252(item),
      allowed: "names of Windows-1252 letters",
      about:
        "Nicknames that nobody can register, in any spelling that looks alike. " +
        "server.name is always one of them.",
      example: '["Admin", "Moderator", "Host"]',
      live: LIVE,
    }),
    scrypt_log2n: integer({
      default: 15,
      min: 1,
      max: 20,
      about:
        "How much work a password hash is: 2 to this power. 15 takes about a " +
        "tenth of a second; lower it only for load tests.",
    }),
    server_key: text({
      default: "XyF¦NNN473312518",
      max: 16,
      check: (value) =>
        fitsWindows1252(value) && /^.{4}(NNN|\d{3}).{9}$/s.test(value),
      allowed:
        "16 characters, of which the 5th to 7th are NNN (a fresh number for each " +
        "connection) or three digits",
      about:
        "The challenge of the sign-on. With digits outside 509..851 a password " +
        "cannot be checked: such a key is sent first, and one with NNN after it.",
      example: '"XyF¦551473312518"',
    }),
    ask_hint: toggle({
      default: false,
      about:
        "Ask each user for a password hint when the client starts, until one " +
        "is given. The client's dialog covers the pal list until then.",
      live: LIVE,
    }),
    send_literal_key_first: toggle({
      default: false,
      about:
        'Sends the historic key "XyF¦164473312518" first, and a key that can be ' +
        "checked when the client answers it.",
    }),
  },

  access: {
    only_from: networks({
      default: [],
      about:
        "A private server: connections from anywhere else are refused. Empty: " +
        "everybody may come.",
      example: '["192.168.1.0/24", "203.0.113.7"]',
    }),
    uncounted: networks({
      default: ["127.0.0.0/8", "::1"],
      about:
        "Addresses that may hold as many connections as there may be in all: " +
        "this machine, and a proxy of yours through which everybody comes.",
      example: '["127.0.0.0/8", "::1", "192.168.1.2"]',
    }),
  },

  limits: LIMITS,

  moderation: MODERATION,

  mail: MAIL,

  voice: {
    udp: toggle({
      default: true,
      about: "Whether voice is also taken and sent by UDP.",
    }),
    floor_pause_ms: integer({
      default: 1000,
      min: 100,
      max: 10000,
      about:
        "After how long a pause another may speak. The client cannot mix voices, " +
        "so one person speaks at a time.",
      live: LIVE,
    }),
    longest_turn_seconds: integer({
      default: 120,
      min: 5,
      max: 86_400,
      about:
        "Seconds that one member may hold the floor while another is trying to " +
        "speak. Room admins speak next.",
      live: LIVE,
    }),
    queue_frames: integer({
      default: 5,
      min: 1,
      max: 100,
      about: "Frames that may wait for a slow listener; the oldest go first.",
      live: LIVE,
    }),
  },

  video: {
    enabled: toggle({
      default: true,
      about: "Whether members of rooms can publish and watch webcams.",
    }),
  },

  messages: {
    redeliver_seconds: integer({
      default: 120,
      min: 0,
      max: 86_400,
      about:
        "When a session ends without a goodbye, deliver the direct messages " +
        "of its last seconds again. 0: never.",
      live: LIVE,
    }),
    away_reply: toggle({
      default: false,
      about:
        "Whether the server answers with the away text, once to each sender.",
      live: LIVE,
    }),
  },

  files: {
    relay: toggle({
      default: false,
      about:
        "Carry files between users through the server, for receivers that it " +
        "can reach and their senders cannot. Nothing is stored.",
      live: LIVE,
    }),
    relay_bytes: integer({
      default: 104_857_600,
      min: 1,
      max: 4_294_967_295,
      about: "Largest file that the server carries, in bytes.",
      live: LIVE,
    }),
    relay_seconds: integer({
      default: 1800,
      min: 10,
      max: 86_400,
      about: "Longest time that one file may take, in seconds.",
      live: LIVE,
    }),
    drop: toggle({
      default: false,
      about:
        "Take files on the server for users behind two routers; the receiver " +
        "gets a link. Files are not scanned.",
      live: LIVE,
    }),
    drop_url: text({
      default: "",
      max: 200,
      check: (value) => value === "" || /^https?:\/\/[^\s"<>]+$/.test(value),
      allowed: 'the beginning of a link, or "" for the address of the pages',
      about:
        "Where links to such files lead, when a proxy stands before the pages.",
      example: '"https://chat.example.org"',
      live: LIVE,
    }),
    drop_hours: integer({
      default: 24,
      min: 1,
      max: 720,
      about: "Remove such a file after this many hours.",
      live: LIVE,
    }),
    drop_user_bytes: integer({
      default: 52_428_800,
      min: 1,
      max: 4_294_967_295,
      about: "Bytes that one user may have waiting on the server.",
      live: LIVE,
    }),
    drop_total_bytes: integer({
      default: 1_073_741_824,
      min: 1,
      max: 1_099_511_627_776,
      about: "Bytes of such files in all.",
      live: LIVE,
    }),
    relay_at_once: integer({
      default: 4,
      min: 1,
      max: 100,
      about: "Files carried, and files taken, at the same time.",
      live: LIVE,
    }),
  },

  cluster: CLUSTER,

  redirect: {
    host: text({
      default: "",
      check: (value) => value === "" || /^[^:\s]+(:\d{1,5})?$/.test(value),
      allowed: 'a host, or host:port, or "" for none',
      about:
        "Sends every client to another server as soon as it connects: for moving " +
        "house.",
      example: '"new.example.org:5001"',
      live: LIVE,
    }),
  },

  store: {
    durability: choice(["normal", "full"], {
      default: "normal",
      about:
        "normal: nothing is lost when the program dies, the last moments may be " +
        "when the power fails. full: nothing then either, at some cost in speed.",
    }),
    audit_days: integer({
      default: 365,
      min: 1,
      max: 36500,
      about: "For how many days the audit log is kept.",
      live: LIVE,
    }),
    complaint_days: integer({
      default: 365,
      min: 1,
      max: 36500,
      about: "Days that a complaint is kept after it was closed.",
      live: LIVE,
    }),
    session_days: integer({
      default: 90,
      min: 1,
      max: 36500,
      about:
        "Days for which the server remembers when, and from which address, a " +
        "user was online.",
      live: LIVE,
    }),
    place_days: integer({
      default: 365,
      min: 1,
      max: 36500,
      about:
        "Days for which the server remembers a network from which a user has " +
        "signed on: sign-ons from there do not wait while somebody guesses " +
        "the password.",
      live: LIVE,
    }),
    message_days: integer({
      default: 365,
      min: 1,
      max: 36500,
      about:
        "Days that a message waits for a user who is offline; then it is " +
        "removed unread. E-mail addresses that users have invited are kept " +
        "as long.",
      live: LIVE,
    }),
    note_days: integer({
      default: 0,
      min: 0,
      max: 36500,
      about:
        "Days that a note of the staff about a user is kept. 0: until it is " +
        "removed, or the account is.",
      live: LIVE,
    }),
    statistics_days: integer({
      default: 730,
      min: 1,
      max: 36500,
      about:
        "Days that statistics are kept: load, busy hours and rooms, voice " +
        "quality. They name no people.",
      live: LIVE,
    }),
    backup_keep: integer({
      default: 7,
      min: 1,
      max: 1000,
      about: "How many backups of each kind (by command, nightly) are kept.",
      live: LIVE,
    }),
  },

  backup: BACKUP,

  update: {
    url: text({
      default: "",
      max: 2000,
      check: isReleaseAddress,
      allowed: 'an https address, or "" for none',
      about: "Address that `retropal update --check` asks for the newest " +
        'release. It answers with JSON: {"version": "1.2.3"}, or as GitHub ' +
        "describes a release. The server itself never asks it.",
      example: '"https://api.github.com/repos/OWNER/retropal/releases/latest"',
      live: LIVE,
    }),
  },

  log: {
    level: choice(["debug", "info", "warning", "warn", "error"], {
      default: "info",
      about: "How much is logged.",
      live: LIVE,
    }),
    format: choice(["text", "json"], {
      default: "text",
      about: "For people, or one JSON object a line for machines.",
    }),
    watchdog_thread: toggle({
      default: false,
      about:
        "Whether a thread (of 20 MB) tells that the server stands still while " +
        "it does, and not only afterwards.",
    }),
    file: toggle({
      default: false,
      about:
        "Whether the log also goes to logs/retropal.log in the data folder.",
    }),
    file_bytes: integer({
      default: 10_485_760,
      min: 10_000,
      max: 1_000_000_000,
      about: "At what size a new log file is begun.",
    }),
    file_days: integer({
      default: 30,
      min: 1,
      max: 36500,
      about:
        "Begin a new log file after this many days, and remove an old one as " +
        "many days after its last line.",
    }),
    file_keep: integer({
      default: 5,
      min: 1,
      max: 100,
      about: "How many old log files are kept.",
    }),
  },
} as const satisfies Readonly<
  Record<string, Readonly<Record<string, Setting<never> | Setting>>>
>;

/** What each section is about, for the file. */
export const SECTIONS: Readonly<Record<keyof typeof SCHEMA, string>> = {
  server: "Who this server is and where it listens.",
  web: "The pages, and what the old client fetches by itself.",
  auth: "Sign-on and registration.",
  access: "Who may connect at all.",
  limits: "What one person, one address and everybody together may use.",
  moderation: "What staff work with.",
  mail: "E-mail.",
  voice: "Sound.",
  video: "Webcams in rooms.",
  messages: "Instant messages.",
  files: "Files between users.",
  cluster: "Several machines: gateways and cores on NATS.",
  redirect: "Moving to another server.",
  store: "The database.",
  backup: "Automatic backups.",
  update: "Looking for new releases.",
  log: "The log.",
};
