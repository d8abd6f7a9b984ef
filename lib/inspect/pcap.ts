/**
 * Reads packets from the capture files of tcpdump and Wireshark: pcap and
 * pcapng.
 *
 * @module
 */

export interface CapturedPacket {
  /** Seconds since the epoch. */
  readonly at: number;
  /** Type of the first header: 1 Ethernet, 101 IP, 113 Linux cooked, … */
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

/**
 * The file is truncated or not a capture; packets read before are still valid.
 */
export class BadCapture extends Error {
  override name = "BadCapture";
}

const PCAPNG = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const OPTION_TSRESOL = 9;

export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const view = viewOf(bytes);
  return view.getUint32(0) === PCAPNG || pcapOrder(view) !== null;
}

/** Yields the packets. Throws {@linkcode BadCapture} at unreadable data. */
export function* readPackets(bytes: Uint8Array): Generator<CapturedPacket> {
  if (bytes.length >= 12 && viewOf(bytes).getUint32(0) === PCAPNG) {
    yield* readPcapng(bytes);
  } else yield* readPcap(bytes);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Returns byte order and ticks per second, from the magic number. */
function pcapOrder(view: DataView): { little: boolean; ticks: number } | null {
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little);
    if (magic === 0xa1b2c3d4) return { little, ticks: 1e6 };
    if (magic === 0xa1b23c4d) return { little, ticks: 1e9 };
  }
  return null;
}

function* readPcap(bytes: Uint8Array): Generator<CapturedPacket> {
  const view = viewOf(bytes);
  const order = bytes.length < 24 ? null : pcapOrder(view);
  if (order === null) throw new BadCapture("This is no pcap or pcapng file.");
  const { little, ticks } = order;
  const linkType = view.getUint32(20, little) & 0xffff;
  let at = 24;
  while (at < bytes.length) {
    if (at + 16 > bytes.length) throw new BadCapture("The file is cut off.");
    const seconds = view.getUint32(at, little);
    const fraction = view.getUint32(at + 4, little);
    const length = view.getUint32(at + 8, little);
    at += 16;
    if (at + length > bytes.length) {
      throw new BadCapture("The file is cut off.");
    }
    yield {
      at: seconds + fraction / ticks,
      linkType,
      bytes: bytes.subarray(at, at + length),
    };
    at += length;
  }
}

interface Interface {
  readonly linkType: number;
  readonly ticks: number;
}

function* readPcapng(bytes: Uint8Array): Generator<CapturedPacket> {
  const view = viewOf(bytes);
  let little = true;
  let interfaces: Interface[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 12 > bytes.length) throw new BadCapture("The file is cut off.");
    if (view.getUint32(at) === PCAPNG) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > bytes.length) {
      throw new BadCapture("The file is cut off or damaged.");
    }
    const body = at + 8;
    const end = at + length - 4;
    if (type === INTERFACE && end - body >= 8) {
      interfaces.push({
        linkType: view.getUint16(body, little),
        ticks: ticksOf(view, body + 8, end, little),
      });
    } else if (type === ENHANCED_PACKET && end - body >= 20) {
      const from = interfaces[view.getUint32(body, little)];
      const high = view.getUint32(body + 4, little);
      const low = view.getUint32(body + 8, little);
      const kept = view.getUint32(body + 12, little);
      if (body + 20 + kept > end) throw new BadCapture("A block is damaged.");
      yield {
        at: (high * 2 ** 32 + low) / (from?.ticks ?? 1e6),
        linkType: from?.linkType ?? 1,
        bytes: bytes.subarray(body + 20, body + 20 + kept),
      };
    } else if (type === SIMPLE_PACKET && end - body >= 4) {
      yield {
        at: 0,
        linkType: interfaces[0]?.linkType ?? 1,
        bytes: bytes.subarray(body + 4, end),
      };
    }
    at += length;
  }
}

function ticksOf(
  view: DataView,
  from: number,
  end: number,
  little: boolean,
): number {
  let at = from;
  while (at + 4 <= end) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === 0) break;
    if (code === OPTION_TSRESOL && length >= 1 && at + 4 < end) {
      const value = view.getUint8(at + 4);
      return (value & 0x80) === 0 ? 10 ** value : 2 ** (value & 0x7f);
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return 1e6;
}
