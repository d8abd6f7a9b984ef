/**
 * GSM 06.10 full rate, the codec of the client's voice: 160 samples at 8 kHz
 * become 33 bytes. Written from the standard (ETSI EN 300 961) and bit-exact in
 * both directions; pure, so that the browser runs the same code.
 *
 * @module
 */
export { GsmDecoder } from "./gsm_decoder.ts";
export { GsmEncoder } from "./gsm_encoder.ts";
export { FRAME_BYTES } from "./gsm_frame.ts";
export { SAMPLE_RATE, SAMPLES_PER_FRAME } from "./gsm_tables.ts";
