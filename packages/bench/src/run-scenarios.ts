// Runs scenarios and puts their figures into a report.
import { loadavg } from "node:os";
import { type Bed, type BedApp, type BedOptions, startBed } from "./bed.ts";
import { createDatabases, type Databases } from "./big-database/databases.ts";
import { describeMachine } from "./machine.ts";
import { medianFigures } from "./median-figures.ts";
import { startRawApp } from "./raw-app.ts";
import type { Report, ReportedFigure } from "./report/report.ts";
import type { Context, Scenario, Size } from "./scenario.ts";
import { startSdkApp } from "./sdk/sdk-app.ts";
import type { Subject } from "./subject.ts";

/** How to run them. */
export interface RunOptions {
  readonly size: Size;
  readonly synchronous: "full" | "normal";
  readonly repeat: number;
  readonly profileFolder: string | null;
  readonly data: string | null;
  /** Told before each scenario. */
  readonly onScenario?: (scenario: Scenario) => void;
  /** Given what is known after each scenario: a run of all takes half an hour or more. */
  readonly onPart?: (report: Report) => void;
}

/** Runs them one after the other; the whole row is repeated, so that a repetition sees other minutes of the machine. */
export async function runScenarios(scenarios: readonly Scenario[], options: RunOptions): Promise<Report> {
  const machine = describeMachine();
  const databases = createDatabases(options.data);
  const context = contextOf(options, databases);
  const rounds: ReportedFigure[][] = [];
  const failures: string[] = [];
  const reportNow = (): Report => ({
    machine,
    synchronous: options.synchronous,
    size: options.size,
    loadAfter: loadavg()[0] ?? 0,
    figures: medianFigures(rounds),
    failures,
  });
  for (let round = 0; round < options.repeat; round += 1) {
    const figures: ReportedFigure[] = [];
    rounds.push(figures);
    for (const scenario of scenarios) {
      options.onScenario?.(scenario);
      try {
        const measured = await scenario.measure(context);
        figures.push(...measured.map((figure) => ({ ...figure, scenario: scenario.name })));
      } catch (error) {
        // What the others find is not thrown away.
        failures.push(`${scenario.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      options.onPart?.(reportNow());
    }
  }
  await databases.close();
  return reportNow();
}

/** What scenarios are given: beds of their own, and databases that they share. */
export function contextOf(
  { size, synchronous, profileFolder }: Pick<RunOptions, "size" | "synchronous" | "profileFolder">,
  databases: Databases,
): Context {
  const on = async <App extends BedApp, T>(
    options: Pick<BedOptions, "kind"> & Partial<BedOptions>,
    name: string,
    startApp: (subject: Subject) => Promise<App>,
    work: (bed: Bed<App>) => Promise<T>,
  ): Promise<T> => {
    const profile = profileFolder === null ? null : { folder: profileFolder, name: name.replaceAll("/", "-") };
    const bed = await startBed({ synchronous, profile, ...options }, startApp);
    try {
      return await work(bed);
    } finally {
      await bed.close();
    }
  };
  return {
    size,
    synchronous,
    databases,
    on: (kind, name, work, options) => on({ kind, ...options }, name, startRawApp, work),
    withSdk: (major, kind, name, work) => on({ kind }, name, (subject) => startSdkApp(major, subject), work),
  };
}
