/**
 * Limits for one user, for one address and for the whole server. All of them
 * can be changed while the server is running.
 *
 * @module
 */
import { integer } from "../setting.ts";

const count = (
  words: { default: number; about: string; min?: number; max?: number },
) => integer({ min: 1, max: 1_000_000, live: true, ...words });

export const LIMITS = {
  packets_per_second: count({
    default: 30,
    about: "Packets that one connection may send per second; more are dropped.",
  }),
  packet_burst: count({
    default: 0,
    min: 0,
    about:
      "Packets that it may send in a burst after a pause. 0: twice the rate " +
      "per second, but at least enough for a sign-on.",
  }),
  search_cost: count({
    default: 3,
    max: 1000,
    about: "Rate-limit cost of a search, in packets.",
  }),
  answer_bytes_per_second: count({
    default: 20_000,
    min: 1000,
    max: 100_000_000,
    about:
      "Bytes per second of lists, searches and rooms sent to one connection; " +
      "up to ten times as much in a burst, the rest is delayed.",
  }),
  fanout_bytes_per_second: count({
    default: 250_000,
    min: 1000,
    max: 1_000_000_000,
    about:
      "Bytes per second that one user may make the server send to others, " +
      "such as a line to each member of a room; up to ten times as much in a " +
      "burst, the rest is delayed.",
  }),
  room_create_cost: count({
    default: 10,
    max: 1000,
    about: "Rate-limit cost of creating a room, in packets.",
  }),
  join_cost: count({
    default: 2,
    max: 1000,
    about: "Rate-limit cost of joining a room, in packets.",
  }),
  invite_cost: count({
    default: 3,
    max: 1000,
    about:
      "Rate-limit cost of an invitation, a call or a file offer, in packets.",
  }),
  audited_per_minute: count({
    default: 120,
    about: "Entries of one user in the audit log (bans, banners, alerts).",
  }),
  email_invites_per_user: count({
    default: 100,
    about: "E-mail invitations kept for one user.",
  }),
  message_bytes: count({
    default: 4000,
    min: 64,
    max: 30000,
    about: "The longest message, in bytes; longer ones are refused.",
  }),
  rooms_per_user: count({
    default: 10,
    about: "Rooms that one user can be in at a time.",
  }),
  temporary_rooms_per_user: count({
    default: 10,
    about: "Rooms created by one user that may exist at a time.",
  }),
  temporary_rooms_total: count({
    default: 500,
    max: 15000,
    about: "Temporary rooms at a time.",
  }),
  room_members: count({
    default: 1000,
    max: 1000,
    about: "People in one room; the client's own list ends at 1000.",
  }),
  pals_per_user: count({
    default: 500,
    max: 800,
    about: "Pals of one user; the client's own list ends at 800.",
  }),
  offline_messages_per_user: count({
    default: 400,
    about: "Messages kept for one user who is offline.",
  }),
  offline_messages_per_sender: count({
    default: 150,
    about: "Messages of one sender among them.",
  }),
  connections_total: count({
    default: 12000,
    about: "Chat connections at a time.",
  }),
  connections_per_address: count({
    default: 1000,
    about: "Chat connections from one address.",
  }),
  connections_per_network: count({
    default: 4000,
    about: "Chat connections from one network (/24, or /64 of IPv6).",
  }),
  new_connections_per_second: count({
    default: 20,
    about:
      "New connections per second from one address, to each port; up to ten " +
      "times as many in a burst after a pause.",
  }),
  web_connections: count({
    default: 2000,
    about: "Connections to the pages at a time.",
  }),
  web_connections_per_address: count({
    default: 100,
    about:
      "Connections to the pages from one address; half as many for pages " +
      "with live updates. Proxies in web.trusted_proxies are exempt.",
  }),
  signon_seconds: count({
    default: 30,
    max: 3600,
    about: "Time allowed to complete sign-on, in seconds.",
  }),
  signon_attempts_per_address: count({
    default: 30,
    about: "Failed sign-ons from one address before further ones are queued; " +
      "accounts that have signed on from there do not wait.",
  }),
  signon_attempts_per_account: count({
    default: 10,
    about:
      "Failed sign-ons to one account before further ones are queued, one a " +
      "second; networks from which it has signed on do not wait.",
  }),
  signon_ban_seconds: count({
    default: 120,
    about:
      "Failures are forgotten after twice this many seconds without one; the " +
      "longest wait after wrong lockwords, codes and registrations.",
  }),
  registrations_per_address: count({
    default: 20,
    about: "Accounts created from one address before the next one is delayed.",
  }),
  applications_per_address: count({
    default: 3,
    about:
      "Accounts from one address that may wait for approval at the same time.",
  }),
  hash_queue: count({
    default: 1024,
    about: "Maximum queued password checks, a minute of work for two cores; " +
      "further ones are refused with a message.",
  }),
  idle_minutes: count({
    default: 30,
    max: 10080,
    about: "Close a connection after this many minutes without a packet.",
  }),
  outbox_bytes: count({
    default: 262144,
    min: 16384,
    max: 67108864,
    about: "Bytes that may wait for a slow client before it is closed.",
  }),
  stuck_seconds: count({
    default: 60,
    max: 3600,
    about: "Disconnect a client that reads nothing for this many seconds.",
  }),
  voice_connections: count({
    default: 12_000,
    about: "Voice connections at a time.",
  }),
  voice_connections_per_address: count({
    default: 1000,
    about: "Voice connections from one address.",
  }),
  voice_silent_connections: count({
    default: 2048,
    about:
      "Voice connections that have not identified themselves; the oldest are " +
      "closed first.",
  }),
  voice_hello_seconds: count({
    default: 10,
    max: 3600,
    about:
      "Time allowed for a voice connection to identify itself, in seconds.",
  }),
  voice_stuck_seconds: count({
    default: 10,
    max: 3600,
    about: "Disconnect a listener that reads nothing for this many seconds.",
  }),
  voice_bytes_per_second: count({
    default: 8000,
    min: 2000,
    max: 10_000_000,
    about:
      "Bytes of voice that one speaker may send per second; the client sends " +
      "1900. Up to twice as much in a burst.",
  }),
  video_publishers: count({
    default: 50,
    about: "Members who may publish video at a time.",
  }),
  video_viewers: count({
    default: 100,
    about: "Members who may watch one picture at a time.",
  }),
  video_views: count({
    default: 6,
    max: 100,
    about: "Pictures that one member may watch at a time; the client shows 6.",
  }),
  video_connections: count({
    default: 2048,
    about: "Video connections at a time, including waiting GETs.",
  }),
  video_connections_per_second: count({
    default: 4000,
    about: "Video connections accepted per second; others wait.",
  }),
  video_publisher_bytes_per_second: count({
    default: 65_536,
    min: 4096,
    max: 10_000_000,
    about:
      "Bytes of pictures taken from one publisher per second; the client " +
      "sends about 25,000.",
  }),
  video_bytes_per_second: count({
    default: 1_250_000,
    min: 10_000,
    max: 1_000_000_000,
    about:
      "Bytes of pictures sent to all viewers per second; above that, each " +
      "gets fewer pictures.",
  }),
};
