/**
 * A small registry of metrics and their text form for Prometheus
 * (text exposition format 0.0.4).
 *
 * Most of what the server counts is counted already: a metric here is a
 * function that reads it when somebody asks. Histograms are the exception.
 *
 * @module
 */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

type Reading = number | Iterable<Sample>;

interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  read(): Iterable<{ suffix: string; labels: Labels; value: number }>;
}

const NAME = /^[a-z_][a-z0-9_]*$/;

export class Registry {
  readonly #metrics = new Map<string, Metric>();

  /** What can go up and down. Throws RangeError for a name used already. */
  gauge(name: string, help: string, read: () => Reading): void {
    this.#add({ name, kind: "gauge", help, read: () => samples(read()) });
  }

  /** What only grows; by custom its name ends in `_total`. */
  counter(name: string, help: string, read: () => Reading): void {
    this.#add({ name, kind: "counter", help, read: () => samples(read()) });
  }

  /** How values are spread; `bounds` rise, the last bucket has no bound. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(bounds);
    this.#add({ name, kind: "histogram", help, read: () => histogram.read() });
    return histogram;
  }

  #add(metric: Metric): void {
    if (!NAME.test(metric.name) || this.#metrics.has(metric.name)) {
      throw new RangeError(`${metric.name} cannot be a metric's name`);
    }
    this.#metrics.set(metric.name, metric);
  }

  /** All metrics as text, each with HELP and TYPE. */
  text(): string {
    let text = "";
    for (const { name, kind, help, read } of this.#metrics.values()) {
      text += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${kind}\n`;
      for (const { suffix, labels, value } of read()) {
        text += `${name}${suffix}${labelText(labels)} ${valueText(value)}\n`;
      }
    }
    return text;
  }
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    const at = this.#bounds.findIndex((bound) => value <= bound);
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  *read(): Iterable<{ suffix: string; labels: Labels; value: number }> {
    let below = 0;
    for (const [i, bound] of this.#bounds.entries()) {
      below += this.#counts[i] ?? 0;
      yield { suffix: "_bucket", labels: { le: String(bound) }, value: below };
    }
    yield { suffix: "_bucket", labels: { le: "+Inf" }, value: this.#count };
    yield { suffix: "_sum", labels: {}, value: this.#sum };
    yield { suffix: "_count", labels: {}, value: this.#count };
  }
}

function* samples(reading: Reading) {
  if (typeof reading === "number") {
    yield { suffix: "", labels: {}, value: reading };
    return;
  }
  for (const sample of reading) yield { suffix: "", ...sample };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return "";
  return `{${
    pairs.map(([name, value]) =>
      `${name}="${escaped(value).replaceAll('"', '\\"')}"`
    ).join(",")
  }}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
