/**
 * Checks the segments of a JPEG for everything that an old decoder cannot read:
 * viewers of 2002 crash on such a picture, so it is never forwarded.
 *
 * It checks only the structure. Damaged data within a scan makes decoders show
 * grey blocks, nothing worse.
 *
 * @module
 */

/** The largest frame; the client sends 160 x 120. */
export const MAX_WIDTH = 640;
export const MAX_HEIGHT = 480;
/** Maximum blocks per unit in an interleaved scan, by the standard. */
const MAX_UNIT_BLOCKS = 10;
/** Maximum scans; a progressive picture has about ten. */
const MAX_SCANS = 32;

const SOF0 = 0xc0;
const SOF2 = 0xc2;
const DHT = 0xc4;
const RST0 = 0xd0;
const RST7 = 0xd7;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP15 = 0xef;
const COM = 0xfe;

interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
}

interface Frame {
  readonly progressive: boolean;
  readonly components: readonly Component[];
}

/** Tables defined before a scan. */
interface Tables {
  quantization: number;
  dc: number;
  ac: number;
}

/** Returns why no viewer may get this picture; undefined when it is sound. */
export function pictureFault(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return "does not begin as a JPEG";
  const tables: Tables = { quantization: 0, dc: 0, ac: 0 };
  let frame: Frame | undefined;
  let scans = 0;
  for (let at = 2;;) {
    if (bytes[at] !== 0xff) return "no marker where one must be";
    // Any number of FF bytes may precede a marker.
    while (bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    if (marker === undefined) return "ends without an end marker";
    if (marker === EOI) return scans > 0 ? undefined : "has no picture";
    const body = segment(bytes, at + 2);
    if (body === undefined) return "a segment goes beyond the end";
    at += 4 + body.length;
    let fault: string | undefined;
    if (marker === DQT) fault = quantizationFault(body, tables);
    else if (marker === DHT) fault = huffmanFault(body, tables);
    else if (marker === DRI) fault = body.length === 2 ? fault : "bad DRI";
    else if (marker >= SOF0 && marker <= SOF2) {
      if (frame !== undefined) return "has two frames";
      const read = readFrame(body, marker === SOF2);
      if (typeof read === "string") return read;
      frame = read;
    } else if (marker === SOS) {
      if (frame === undefined) return "a scan before the frame";
      fault = ++scans > MAX_SCANS
        ? "has too many scans"
        : scanFault(body, frame, tables);
      at = endOfScan(bytes, at);
      if (at < 0) return "ends within a scan";
    } else if (!isPassedOver(marker)) {
      return `holds a marker ${marker.toString(16)}`;
    }
    if (fault !== undefined) return fault;
  }
}

/**
 * Returns whether the segment is a comment or application data, which decoders
 * skip.
 */
function isPassedOver(marker: number): boolean {
  return (marker >= APP0 && marker <= APP15) || marker === COM;
}

/** Returns the segment at this offset, without its length. */
function segment(bytes: Uint8Array, at: number): Uint8Array | undefined {
  if (at + 2 > bytes.length) return undefined;
  const length = (bytes[at]! << 8) | bytes[at + 1]!;
  if (length < 2 || at + length > bytes.length) return undefined;
  return bytes.subarray(at + 2, at + length);
}

function quantizationFault(
  body: Uint8Array,
  tables: Tables,
): string | undefined {
  for (let at = 0; at < body.length;) {
    const precision = body[at]! >> 4;
    const id = body[at]! & 15;
    const size = 64 * (precision + 1);
    if (precision > 1 || id > 3 || at + 1 + size > body.length) {
      return "bad quantization table";
    }
    // A divisor of zero.
    const values = body.subarray(at + 1, at + 1 + size);
    for (let i = 0; i < size; i += precision + 1) {
      const value = precision === 0
        ? values[i]!
        : (values[i]! << 8) | values[i + 1]!;
      if (value === 0) return "bad quantization table";
    }
    tables.quantization |= 1 << id;
    at += 1 + size;
  }
  return undefined;
}

function huffmanFault(body: Uint8Array, tables: Tables): string | undefined {
  const fault = "bad Huffman table";
  for (let at = 0; at < body.length;) {
    const isAc = body[at]! >> 4 === 1;
    const id = body[at]! & 15;
    if (body[at]! >> 4 > 1 || id > 3 || at + 17 > body.length) return fault;
    // Codes of each length must leave room for longer ones; otherwise decoders
    // read beyond their table.
    let code = 0;
    let symbols = 0;
    for (let length = 1; length <= 16; length++) {
      const count = body[at + length]!;
      code += count;
      symbols += count;
      if (code > 1 << length) return fault;
      code <<= 1;
    }
    if (symbols === 0 || symbols > 256 || at + 17 + symbols > body.length) {
      return fault;
    }
    if (!isAc) {
      for (const value of body.subarray(at + 17, at + 17 + symbols)) {
        if (value > 15) return fault;
      }
    }
    if (isAc) tables.ac |= 1 << id;
    else tables.dc |= 1 << id;
    at += 17 + symbols;
  }
  return undefined;
}

function readFrame(body: Uint8Array, progressive: boolean): Frame | string {
  if (body.length < 6) return "bad frame";
  const [precision, h1, h2, w1, w2, count] = body as unknown as number[];
  if (precision !== 8) return "not 8 bits for each sample";
  const height = (h1! << 8) | h2!;
  const width = (w1! << 8) | w2!;
  if (width < 1 || height < 1) return "has no size";
  if (width > MAX_WIDTH || height > MAX_HEIGHT) {
    return `is ${width} x ${height}, more than ${MAX_WIDTH} x ${MAX_HEIGHT}`;
  }
  if (count !== 1 && count !== 3) return "not 1 or 3 components";
  if (body.length !== 6 + 3 * count) return "bad frame";
  const components: Component[] = [];
  for (let i = 0; i < count; i++) {
    const [id, sampling, quantization] = body.subarray(
      6 + 3 * i,
      9 + 3 * i,
    ) as unknown as number[];
    const h = sampling! >> 4;
    const v = sampling! & 15;
    if (h < 1 || h > 2 || v < 1 || v > 2) return "sampling beyond 2 x 2";
    if (quantization! > 3) return "bad quantization table";
    if (components.some((other) => other.id === id)) return "bad frame";
    components.push({ id: id!, h, v, quantization: quantization! });
  }
  return { progressive, components };
}

function scanFault(
  body: Uint8Array,
  frame: Frame,
  tables: Tables,
): string | undefined {
  const count = body[0] ?? 0;
  if (count < 1 || count > frame.components.length) return "bad scan";
  if (body.length !== 4 + 2 * count) return "bad scan";
  const [start, end, approximation] = body.subarray(
    1 + 2 * count,
  ) as unknown as number[];
  let blocks = 0;
  let last = -1;
  for (let i = 0; i < count; i++) {
    const id = body[1 + 2 * i];
    const index = frame.components.findIndex((one) => one.id === id);
    // Components must be in the order of the frame, each once.
    if (index <= last) return "bad scan";
    last = index;
    const { h, v, quantization } = frame.components[index]!;
    blocks += h * v;
    if ((tables.quantization & (1 << quantization)) === 0) {
      return "a scan without its quantization table";
    }
    const dc = body[2 + 2 * i]! >> 4;
    const ac = body[2 + 2 * i]! & 15;
    const needsDc = start === 0 && approximation! >> 4 === 0;
    const needsAc = end! > 0;
    const lacks = (needsDc && (dc > 3 || (tables.dc & (1 << dc)) === 0)) ||
      (needsAc && (ac > 3 || (tables.ac & (1 << ac)) === 0));
    if (lacks) return "a scan without its Huffman table";
  }
  if (count > 1 && blocks > MAX_UNIT_BLOCKS) return "sampling beyond 2 x 2";
  return frame.progressive
    ? progressionFault(count, start!, end!, approximation!)
    : start === 0 && end === 63 && approximation === 0
    ? undefined
    : "bad scan";
}

function progressionFault(
  count: number,
  start: number,
  end: number,
  approximation: number,
): string | undefined {
  const high = approximation >> 4;
  const low = approximation & 15;
  const isSound = start === 0
    ? end === 0
    : count === 1 && end >= start && end <= 63;
  const isRefined = high === 0 ? low <= 13 : low === high - 1 && low <= 13;
  return isSound && isRefined ? undefined : "bad scan";
}

/**
 * Returns the offset of the next marker other than a restart; -1 when there is
 * none.
 */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = from;;) {
    at = bytes.indexOf(0xff, at);
    const next = at < 0 ? undefined : bytes[at + 1];
    if (next === undefined) return -1;
    if (next === 0xff) at++;
    else if (next === 0 || (next >= RST0 && next <= RST7)) at += 2;
    else return at;
  }
}
