/**
 * Packets that only clients other than 5.0 send, and their answers
 * (docs/protocol.md, "Other clients").
 *
 * @module
 */
import { fromClient, fromServer, tail, text, u32 } from "../layout.ts";

/**
 * An offer of a file by Gaim's plugin; `name` is a path and three more bytes.
 */
export const fileXferSendInit = fromClient("FILE_XFER_SEND_INIT", {
  uid: u32,
  name: tail(),
});
/** Ends the transfer in the plugin's window. */
export const fileXferError = fromServer("FILE_XFER_ERROR", {
  uid: u32,
  id: u32,
  text: text(511),
});

/** An empty answer is enough for the clients that send it. */
export const ping = fromClient("PING", { data: tail() });
export const pong = fromServer("PONG", {});
export const later1500 = fromClient("LATER_1500", { data: tail() });
export const answer1500 = fromServer("ANSWER_1500", {});
export const later2600 = fromClient("LATER_2600", { data: tail() });
export const answer2600 = fromServer("ANSWER_2600", {});
export const later2800 = fromClient("LATER_2800", { data: tail() });
export const answer2800 = fromServer("ANSWER_2800", {});
