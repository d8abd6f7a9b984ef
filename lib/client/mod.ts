/** @module Our own client: {@linkcode PaltalkClient} and its parts. */
export { Client, type ClientOptions } from "./client.ts";
export { openVoiceLink, PaltalkClient, TCP } from "./tcp.ts";
export { Connection, ConnectionClosed } from "./connection.ts";
export { NotInTime } from "./inbox.ts";
export { Refused } from "./rooms.ts";
export { passwordDigits, SignOnRefused } from "./sign_on.ts";
export { WouldBreakClient } from "./strictness.ts";
export { Talker, withoutPrefix } from "./voice_channel.ts";
export { VoiceHealth, VoiceLink } from "./voice_link.ts";
export { VoiceUdp } from "./voice_udp.ts";
export { webSocketTransport } from "./websocket.ts";
