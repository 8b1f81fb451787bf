// Counters, histograms and gauges in the text format of Prometheus.

/** A figure that only grows, or several that a label tells apart. */
export interface Counters {
  /** `value` is that of the label; empty text where there is none. */
  add(value: string, count: number): void;
  text(): string;
}

/** Makes counters. All values of the label are there from the beginning, at zero, so that rates are right from the first. */
export function createCounters(
  name: string,
  help: string,
  label: { readonly [label: string]: readonly string[] } | null,
): Counters {
  const [labelName, values] = Object.entries(label ?? {})[0] ?? ["", [""]];
  const counts = new Map(values.map((value) => [value, 0]));
  return {
    add(value, count) {
      counts.set(value, (counts.get(value) ?? 0) + count);
    },
    text: () =>
      head(name, help, "counter") +
      [...counts].map(([value, count]) => `${name}${labelText(labelName, value)} ${count}\n`).join(""),
  };
}

/** How often values up to each of some bounds were seen. */
export interface Histogram {
  observe(value: number): void;
  text(): string;
}

/** Makes a histogram; the bounds rise. */
export function createHistogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  return {
    observe(value) {
      // From the lowest: most of what is seen here is short.
      let place = 0;
      while (place < bounds.length && value > (bounds[place] ?? Infinity)) place += 1;
      counts[place] = (counts[place] ?? 0) + 1;
      sum += value;
    },
    text() {
      let count = 0;
      const lines = [...bounds.map(String), "+Inf"].map((bound, place) => {
        count += counts[place] ?? 0;
        return `${name}_bucket${labelText("le", bound)} ${count}\n`;
      });
      return `${head(name, help, "histogram")}${lines.join("")}${name}_sum ${sum}\n${name}_count ${count}\n`;
    },
  };
}

/** Writes a figure as it is now, or several by the values of a label. */
export function gaugeText(
  name: string,
  help: string,
  value: number | { readonly [label: string]: Readonly<Record<string, number>> },
): string {
  if (typeof value === "number") return `${head(name, help, "gauge")}${name} ${value}\n`;
  const lines = Object.entries(value).flatMap(([label, figures]) =>
    Object.entries(figures).map(([key, figure]) => `${name}${labelText(label, key)} ${figure}\n`),
  );
  return head(name, help, "gauge") + lines.join("");
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function labelText(name: string, value: string): string {
  return name === "" ? "" : `{${name}="${value}"}`;
}
