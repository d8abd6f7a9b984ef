/**
 * Signals for tests of voice: generated, identical in every run, with 16-bit
 * samples at 8 kHz.
 *
 * @module
 */

const RATE = 8000;

/** Returns a generator of numbers in [0, 1), determined by `seed`. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

export type Signal = (samples: number) => Int16Array;

/**
 * Resembles speech: a gliding pitch, three moving formants, syllables, pauses,
 * and some breath.
 */
export const speech: Signal = (samples) => {
  const roll = dice(7);
  let phase = 0;
  const resonators = [0, 1, 2].map(() => ({ a: 0, b: 0 }));
  return Int16Array.from({ length: samples }, (_, i) => {
    const t = i / RATE;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * t)) *
      (t % 2 < 1.6 ? 1 : 0);
    phase += (110 + 40 * Math.sin(2 * Math.PI * 0.7 * t)) / RATE;
    const pulse = phase >= 1 ? 1 : 0;
    phase %= 1;
    const source = pulse * 9000 + (roll() - 0.5) * 300;
    const formants = [
      500 + 200 * Math.sin(2 * Math.PI * 1.3 * t),
      1500 + 500 * Math.sin(2 * Math.PI * 0.9 * t),
      2500,
    ];
    let sum = 0;
    resonators.forEach((one, n) => {
      const radius = 0.96 - 0.02 * n;
      const next = source +
        2 * radius * Math.cos(2 * Math.PI * formants[n]! / RATE) * one.a -
        radius * radius * one.b;
      [one.a, one.b] = [next, one.a];
      sum += next * [0.5, 0.3, 0.2][n]!;
    });
    return Math.max(-32768, Math.min(32767, sum * syllable * 0.6));
  });
};

/** Full-scale noise, which drives every limit of the arithmetic. */
export const noise: Signal = (samples) => {
  const roll = dice(11);
  return Int16Array.from({ length: samples }, () => roll() * 65536 - 32768);
};

/** A tone that rises from 50 Hz to 4 kHz at full scale. */
export const sweep: Signal = (samples) => {
  let phase = 0;
  return Int16Array.from({ length: samples }, (_, i) => {
    phase += 2 * Math.PI * (50 + 3950 * i / samples) / RATE;
    return Math.sin(phase) * 32767;
  });
};

export const silence: Signal = (samples) => new Int16Array(samples);

/** A full-scale square wave with loud and quiet sections. */
export const square: Signal = (samples) =>
  Int16Array.from(
    { length: samples },
    (_, i) => (i % 73 < 36 ? 32767 : -32768) >> (i >> 10) % 15,
  );

export const SIGNALS: Readonly<Record<string, Signal>> = {
  speech,
  noise,
  sweep,
  silence,
  square,
};

/** Returns the similarity of two signals; 1 means equal except for loudness. */
export function correlation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
