import { describe, expect, it } from "vitest";
import { createCounters, createHistogram, gaugeText } from "./metrics-text.ts";

describe("the text format", () => {
  it("counts values up to each bound, the bound included, and all of them", () => {
    const histogram = createHistogram("h_seconds", "What", [0.1, 1, 10]);
    for (const value of [0, 0.1, 0.11, 1, 5, 11, 12]) histogram.observe(value);
    expect(histogram.text()).toBe(
      [
        "# HELP h_seconds What",
        "# TYPE h_seconds histogram",
        'h_seconds_bucket{le="0.1"} 2',
        'h_seconds_bucket{le="1"} 4',
        'h_seconds_bucket{le="10"} 5',
        'h_seconds_bucket{le="+Inf"} 7',
        "h_seconds_sum 29.21",
        "h_seconds_count 7",
        "",
      ].join("\n"),
    );
  });

  it("has every value of a label from the beginning", () => {
    const counters = createCounters("c_total", "What", { status: ["a", "b"] });
    counters.add("b", 2);
    counters.add("b", 1);
    expect(counters.text()).toBe(
      '# HELP c_total What\n# TYPE c_total counter\nc_total{status="a"} 0\nc_total{status="b"} 3\n',
    );
    expect(createCounters("n_total", "What", null).text()).toContain("\nn_total 0\n");
  });

  it("writes gauges with and without a label", () => {
    expect(gaugeText("g", "What", 3)).toBe("# HELP g What\n# TYPE g gauge\ng 3\n");
    expect(gaugeText("g", "What", { state: { due: 1, future: 0 } })).toContain(
      'g{state="due"} 1\ng{state="future"} 0\n',
    );
  });
});
