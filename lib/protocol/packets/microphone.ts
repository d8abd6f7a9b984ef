/**
 * Hands, microphones and red dots (docs/protocol.md, "Microphone").
 *
 * The client reads a fixed number of bytes of each answer; a shorter one
 * disconnects it.
 *
 * @module
 */
import { flag, fromClient, fromServer, u32 } from "../layout.ts";

export const reqMic = fromClient("REQ_MIC", { gid: u32 });
export const unreqMic = fromClient("UNREQ_MIC", { gid: u32 });
/** A `uid` of FFFFFFFF means everybody. */
export const redDot = fromClient("RED_DOT", { gid: u32, uid: u32 });
export const unredDot = fromClient("UNRED_DOT", { gid: u32, uid: u32 });
export const removeAllHands = fromClient("REMOVE_ALL_HANDS", { gid: u32 });
export const toggleAllMics = fromClient("TOGGLE_ALL_MICS", {
  gid: u32,
  on: flag,
});
export const ignoreMember = fromClient("IGNORE_MEMBER", {
  gid: u32,
  uid: u32,
  on: flag,
});

/** Takes the microphone of one member, or of all with FFFFFFFF. */
export const redDotOn = fromServer("RED_DOT_ON", { gid: u32, uid: u32 });
/** Gives the microphone to one member, or to all with FFFFFFFF. */
export const redDotOff = fromServer("RED_DOT_OFF", { gid: u32, uid: u32 });
export const handUp = fromServer("HAND_UP", { gid: u32, uid: u32 });
export const handDown = fromServer("HAND_DOWN", { gid: u32, uid: u32 });
/** Takes or gives the microphone of everybody EXCEPT `uid`. */
export const micsToggled = fromServer("MICS_TOGGLED", {
  gid: u32,
  on: flag,
  except: u32,
});
