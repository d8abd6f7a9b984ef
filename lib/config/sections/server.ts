/**
 * Settings of the server itself: its name, addresses and ports.
 *
 * @module
 */
import { isHost, normalAddress } from "../../net/networks.ts";
import { isViewablePort } from "../../protocol/packets/room_video.ts";
import { isClientText, port } from "../kinds.ts";
import { integer, text } from "../setting.ts";

export const SERVER = {
  name: text({
    default: "Retropal",
    max: 64,
    check: (value) => value.trim() !== "" && isClientText(value),
    allowed: "1 to 64 characters of Windows-1252",
    about: "Name of this server, in greetings and on its pages.",
    example: '"Grandma\'s Kitchen"',
    live: true,
  }),
  welcome: text({
    default: "",
    max: 500,
    check: isClientText,
    allowed: "at most 500 characters of Windows-1252",
    about: "Welcome text of rooms without their own; {nick} and {room} are " +
      "replaced.",
    example: '"Be kind to each other."',
    live: true,
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
      "The address announced to clients for voice. Empty: the one that each " +
      "client has connected to, which is correct unless there is a router in " +
      "between.",
    example: '"chat.example.org"',
    live: true,
  }),
  advertise_private: text({
    default: "",
    check: (value) => value === "" || isHost(value),
    allowed: 'an IPv4 address or a host name, or "" for none',
    about: "The same for clients from private networks (10.x, 172.16-31.x, " +
      "192.168.x), so that friends at home and friends outside hear each " +
      "other.",
    example: '"192.168.1.20"',
    live: true,
  }),
  contact: text({
    default: "",
    max: 200,
    about: "How to reach the host, for pages that refer to them.",
    example: '"Ann, 020 555 0123"',
    live: true,
  }),
  uplink_kbit: integer({
    default: 0,
    min: 0,
    max: 100_000_000,
    about: "Upload rate of this server's line in kbit/s, against which the " +
      "desk shows the traffic. 0: unknown. It limits nothing.",
    example: "10000",
    live: true,
  }),
  chat_port: port({
    default: 5001,
    about: "TCP port for chat. The client uses 5001 by default.",
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
} as const;
