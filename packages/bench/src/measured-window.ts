// The part of a run that counts: from the end of the warm-up to the last call, with what the process spent in it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { connectProfiler } from "./cpu-profile.ts";
import { perUnit, type Spent, spentBy } from "./process-meter.ts";

/** What was measured between `open` and `close`. */
export interface Measured {
  readonly seconds: number;
  readonly perSecond: number;
  /** CPU time of the measured process per unit of work. */
  readonly cpuMicros: number | null;
  readonly writtenBytes: number | null;
}

/** Measures one stretch of time after the other. Opening and closing take no time of the measured process. */
export interface MeasuredWindow {
  open(): void;
  /** `units` is the work done since `open`. */
  close(units: number): Measured;
  /** Waits for profiles that are still being written, and lets go of the process. */
  dispose(): Promise<void>;
}

/** Measures nothing, for work that only prepares a measurement. */
export const closedWindow: Pick<MeasuredWindow, "open" | "close"> = {
  open: () => undefined,
  close: () => ({ seconds: Number.NaN, perSecond: Number.NaN, cpuMicros: null, writtenBytes: null }),
};

/** Where profiles go. */
export interface ProfileTarget {
  readonly inspectorUrl: string;
  readonly folder: string;
  readonly name: string;
}

/** Makes a window on a process; with `profile`, each stretch is also profiled. */
export async function measuredWindow(pid: number, profile: ProfileTarget | null): Promise<MeasuredWindow> {
  const profiler = profile === null ? null : await connectProfiler(profile.inspectorUrl);
  if (profile !== null) mkdirSync(profile.folder, { recursive: true });
  let opened: { readonly at: number; readonly spent: Spent } | null = null;
  let profiles = 0;
  let written: Promise<unknown> = Promise.resolve();
  return {
    open() {
      if (profiler !== null) written = written.then(() => profiler.start());
      opened = { at: performance.now(), spent: spentBy(pid) };
    },
    close(units) {
      if (opened === null) throw new Error("the window was not opened");
      const seconds = (performance.now() - opened.at) / 1_000;
      const { cpuMicros, writtenBytes } = spentBy(pid);
      const { spent } = opened;
      opened = null;
      if (profiler !== null && profile !== null) {
        profiles += 1;
        const file = join(profile.folder, `${profile.name}${profiles === 1 ? "" : `-${profiles}`}.cpuprofile`);
        written = written.then(() => profiler.stopAndWrite(file));
      }
      return {
        seconds,
        perSecond: units / seconds,
        cpuMicros: perUnit(spent.cpuMicros, cpuMicros, units),
        writtenBytes: perUnit(spent.writtenBytes, writtenBytes, units),
      };
    },
    async dispose() {
      await written;
      profiler?.close();
    },
  };
}
