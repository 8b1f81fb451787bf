// Runs one named scenario or all against the built server and prints a table and JSON: `pnpm bench [scenario] [--normal]`.
import { loadavg } from "node:os";
import { join } from "node:path";
import { millis } from "@stepwright/protocol";
import { type Bed, startBed } from "./bed.ts";
import type { Figures } from "./figures.ts";
import { measureFloor } from "./floor.ts";
import { measureCalls } from "./scenarios/calls.ts";
import { measureExpressions } from "./scenarios/expressions.ts";
import { measureFirstCall } from "./scenarios/first-call.ts";
import { fillOldRuns } from "./old-runs.ts";
import { measureResumes } from "./scenarios/resumes.ts";
import { measureRetention, oldestAgoMs, oldRuns } from "./scenarios/retention.ts";
import { measureStarts } from "./scenarios/starts.ts";
import { measureSteps } from "./scenarios/steps.ts";

interface Row {
  readonly scenario: string;
  readonly value: number;
  readonly unit: string;
  readonly p99: number | null;
  readonly floor: number | null;
  /** How many times worse than the floor of the same run. */
  readonly ratio: number | null;
}

const names = ["calls", "steps", "first-call", "starts", "resumes", "expressions", "retention"] as const;
type Name = (typeof names)[number];

const synchronous = process.argv.includes("--normal") ? "normal" : "full";
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const unknown = wanted.filter((word) => !(names as readonly string[]).includes(word));
if (unknown.length > 0) {
  process.stderr.write(`unknown scenario ${unknown.join(", ")}; there are: ${names.join(", ")}\n`);
  process.exit(1);
}

const loadBefore = loadavg()[0] ?? 0;
const floor = await measureFloor(synchronous);
const rows: Row[] = [];
for (const name of names) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  rows.push(...(await measure(name)));
}
print(rows);

async function measure(name: Name): Promise<readonly Row[]> {
  switch (name) {
    case "starts":
      return series("freed slot to next call", [1, 1_000, 100_000], measureStarts);
    case "resumes":
      return series("event to resumed call", [100, 10_000, 100_000], measureResumes);
    case "expressions":
      return measureExpressions().map(({ source, micros }) => ({
        scenario: source,
        value: micros,
        unit: "µs",
        p99: null,
        floor: null,
        ratio: null,
      }));
    case "retention":
      return retentionRows();
    default:
      return [await onBed((bed) => rowOf(name, bed))];
  }
}

/** One row per size, each on a server of its own; the ratio is to the first. */
async function series(
  scenario: string,
  sizes: readonly number[],
  measureSize: (bed: Bed, size: number) => Promise<Figures>,
): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const size of sizes) {
    const figures = await onBed((bed) => measureSize(bed, size));
    const first = found[0]?.value ?? figures.p50;
    found.push({
      scenario: `${scenario}, ${size.toLocaleString("en")} waiting`,
      value: figures.p50,
      unit: "ms",
      p99: figures.p99,
      floor: first,
      ratio: figures.p50 / first,
    });
  }
  return found;
}

/** Before the sweep, and while it goes on; the ratio is of the second to the first. */
async function retentionRows(): Promise<readonly Row[]> {
  const prepare = (dataDir: string) =>
    fillOldRuns({ file: join(dataDir, "main.db"), runs: oldRuns, from: millis(Date.now() - oldestAgoMs) });
  const { before, during } = await onBed(measureRetention, prepare);
  process.stderr.write(`${during.removed.toLocaleString("en")} old runs were removed while it was measured\n`);
  const calls = { unit: "per s", p99: null } as const;
  const acks = { unit: "ms" } as const;
  const callsBefore = before.callsPerSecond;
  const ackBefore = before.acknowledged.p50;
  return [
    { ...calls, scenario: "calls, no sweep", value: callsBefore, floor: null, ratio: null },
    {
      ...calls,
      scenario: "calls, during a sweep",
      value: during.callsPerSecond,
      floor: callsBefore,
      ratio: callsBefore / during.callsPerSecond,
    },
    {
      ...acks,
      scenario: "event to acknowledgement, no sweep",
      value: ackBefore,
      p99: before.acknowledged.p99,
      floor: null,
      ratio: null,
    },
    {
      ...acks,
      scenario: "event to acknowledgement, during a sweep",
      value: during.acknowledged.p50,
      p99: during.acknowledged.p99,
      floor: ackBefore,
      ratio: during.acknowledged.p50 / ackBefore,
    },
  ];
}

async function onBed<T>(work: (bed: Bed) => Promise<T>, prepare?: (dataDir: string) => Promise<void>): Promise<T> {
  const bed = await startBed({
    functions: [0, 10, 50],
    synchronous,
    ...(prepare === undefined ? {} : { prepare }),
  });
  try {
    return await work(bed);
  } finally {
    await bed.close();
  }
}

async function rowOf(name: Exclude<Name, "starts" | "resumes" | "expressions" | "retention">, bed: Bed): Promise<Row> {
  switch (name) {
    case "calls": {
      const value = await measureCalls(bed);
      const { callsPerSecond } = floor;
      return {
        scenario: "calls, 64 runs in flight",
        value,
        unit: "per s",
        p99: null,
        floor: callsPerSecond,
        ratio: callsPerSecond / value,
      };
    }
    case "steps": {
      const figures = await measureSteps(bed);
      return {
        scenario: "step to step, p50",
        value: figures.p50,
        unit: "ms",
        p99: figures.p99,
        floor: floor.step.p50,
        ratio: figures.p50 / floor.step.p50,
      };
    }
    case "first-call": {
      const figures = await measureFirstCall(bed);
      return {
        scenario: "event to first call, p50",
        value: figures.p50,
        unit: "ms",
        p99: figures.p99,
        floor: null,
        ratio: null,
      };
    }
  }
}

function print(table: readonly Row[]): void {
  const lines = table.map((row) =>
    [
      row.scenario.padEnd(52),
      `${row.value.toFixed(2)} ${row.unit}`.padStart(16),
      `p99 ${row.p99 === null ? "–" : row.p99.toFixed(2)}`.padStart(12),
      `floor ${row.floor === null ? "–" : row.floor.toFixed(2)}`.padStart(16),
      `× ${row.ratio === null ? "–" : row.ratio.toFixed(2)}`.padStart(8),
    ].join("  "),
  );
  process.stdout.write(
    `${lines.join("\n")}\nsynchronous=${synchronous}, load before ${loadBefore.toFixed(2)}, Node ${process.version}\n`,
  );
  process.stdout.write(
    `${JSON.stringify({ synchronous, loadBefore, floor: { callsPerSecond: floor.callsPerSecond, stepP50: floor.step.p50 }, rows: table })}\n`,
  );
}
