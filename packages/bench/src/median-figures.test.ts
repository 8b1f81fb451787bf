import { expect, test } from "vitest";
import { figure } from "./figure.ts";
import { medianFigures } from "./median-figures.ts";

const round = (value: number, floor: number) => [
  figure({
    id: "calls",
    title: "calls",
    value,
    unit: "per s",
    cpuMicros: value / 10,
    reference: { name: "floor", value: floor, p99: null, cpuMicros: 1 },
  }),
];

test("each part of a figure has a median of its own", () => {
  const [merged] = medianFigures([round(100, 9), round(300, 7), round(200, 8)]);
  expect(merged).toMatchObject({ value: 200, cpuMicros: 20, p99: null, reference: { value: 8 } });
});

test("a figure that a round does not have is made of the others", () => {
  expect(medianFigures([round(100, 9), []])).toMatchObject([{ value: 100 }]);
});
