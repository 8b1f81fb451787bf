// Times a read of a store or a server, again and again.
import { type Figure, figure } from "./figure.ts";
import { latencyOf } from "./latency.ts";

/** Something to read. */
export interface Read {
  /** The id of its figure. */
  readonly id: string;
  readonly title: string;
  /** Returns how many rows there were. */
  readonly run: () => Promise<number>;
}

/** Reads so many times; the figure has the median, and the slowest in place of the p99. */
export async function timeRead({ id, title, run }: Read, count: number): Promise<Figure> {
  const times: number[] = [];
  let rows = 0;
  for (let read = 0; read < count; read += 1) {
    const start = performance.now();
    rows = await run();
    times.push(performance.now() - start);
  }
  const { p50, max } = latencyOf(times);
  return figure({ id, title, value: p50, unit: "ms", p99: max, counts: { rows } });
}
