// Measures the floor in a process of its own against the same app.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Figures, figuresOf } from "./figures.ts";
import { startRawApp } from "./raw-app.ts";

/** Calls per second and latency of one call with its commit, without an engine. */
export interface Floor {
  readonly callsPerSecond: number;
  readonly step: Figures;
}

const throughputCalls = 20_000;
const latencyCalls = 2_000;

/** Measures both figures. */
export async function measureFloor(synchronous: "full" | "normal"): Promise<Floor> {
  const app = await startRawApp({ serverUrl: "http://127.0.0.1:1", signingKeyHash: null, functions: [1] });
  try {
    const many = await runFloor([app.url, synchronous, "64", String(throughputCalls)]);
    const single = await runFloor([app.url, synchronous, "1", String(latencyCalls)]);
    return { callsPerSecond: many.perSecond, step: figuresOf(single.latencies) };
  } finally {
    await app.close();
  }
}

function runFloor(
  args: readonly string[],
): Promise<{ readonly perSecond: number; readonly latencies: readonly number[] }> {
  const script = fileURLToPath(new URL("./floor-process.ts", import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
    child.once("exit", (code) => {
      if (code === 0) resolve(JSON.parse(output) as Awaited<ReturnType<typeof runFloor>>);
      else reject(new Error(`the floor measurement ended with code ${code}`));
    });
  });
}
