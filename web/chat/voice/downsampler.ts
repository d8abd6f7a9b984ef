/**
 * Reduces sound of any sample rate to 8 kHz with a windowed-sinc low-pass and
 * linear interpolation.
 *
 * @module
 */
const RATE = 8000;
/** Upper limit in hertz; higher frequencies would cause aliasing. */
const CUT_HZ = 3600;
const TAPS = 63;

export class Downsampler {
  readonly #step: number;
  readonly #taps: Float32Array;
  readonly #past: Float32Array;
  #at = 0;
  #last = 0;
  /** Number of input samples until the next output sample. */
  #left = 0;

  constructor(rate: number) {
    this.#step = rate / RATE;
    this.#taps = lowPass(Math.min(CUT_HZ / rate, 0.5));
    this.#past = new Float32Array(TAPS);
  }

  push(input: Float32Array, use: (sample: number) => void): void {
    for (const sample of input) {
      this.#past[this.#at] = sample;
      this.#at = (this.#at + 1) % TAPS;
      this.#left--;
      if (this.#left > 1) continue;
      const now = this.#filtered();
      while (this.#left <= 0) {
        // Interpolates between the previous input sample and this one.
        use(now + (this.#last - now) * -this.#left);
        this.#left += this.#step;
      }
      this.#last = now;
    }
  }

  #filtered(): number {
    let sum = 0;
    for (let i = 0; i < TAPS; i++) {
      sum += this.#taps[i]! * this.#past[(this.#at + i) % TAPS]!;
    }
    return sum;
  }
}

function lowPass(cut: number): Float32Array {
  const taps = new Float32Array(TAPS);
  const middle = (TAPS - 1) / 2;
  let total = 0;
  for (let i = 0; i < TAPS; i++) {
    const x = i - middle;
    const sinc = x === 0
      ? 2 * cut
      : Math.sin(2 * Math.PI * cut * x) / (Math.PI * x);
    const window = 0.54 - 0.46 * Math.cos(2 * Math.PI * i / (TAPS - 1));
    taps[i] = sinc * window;
    total += taps[i]!;
  }
  return taps.map((tap) => tap / total);
}
