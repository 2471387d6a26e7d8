// A histogram without labels that costs a few comparisons to observe: prom-client's own builds label keys each time, and the busiest
// paths observe four times per command. It gives its values in the form prom-client's registry prints.

interface BucketValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface BucketHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending; the last bucket, without a bound, is added. */
  readonly buckets: readonly number[];
}

export class BucketHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly aggregator = "sum";
  readonly #bounds: readonly number[];
  /** Observations by the smallest bound they fit under, not yet added up. */
  readonly #counts: number[];
  #sum = 0;

  constructor({ name, help, buckets }: BucketHistogramOptions) {
    this.name = name;
    this.help = help;
    this.#bounds = buckets;
    this.#counts = new Array<number>(buckets.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let place = 0;
    while (place < bounds.length && value > (bounds[place] as number)) place += 1;
    this.#counts[place] = (this.#counts[place] as number) + 1;
    this.#sum += value;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sum = 0;
  }

  /** Called by the registry at each scrape. */
  async get() {
    const { name, help, type, aggregator } = this;
    const values: BucketValue[] = [];
    let count = 0;
    for (const [place, observed] of this.#counts.entries()) {
      count += observed;
      values.push({ metricName: `${name}_bucket`, labels: { le: this.#bounds[place] ?? "+Inf" }, value: count });
    }
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum });
    values.push({ metricName: `${name}_count`, labels: {}, value: count });
    return { name, help, type, aggregator, values };
  }
}
