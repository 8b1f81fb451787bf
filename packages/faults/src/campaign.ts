// Rounds in a row on one bed. A bed on which a round failed is kept and left, and the next round gets a new one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bed, openBed } from "./bed.ts";
import { openBooks } from "./books.ts";
import { type Position, type RoundReport, runRound } from "./round.ts";

/** How a campaign went. */
export interface CampaignReport {
  readonly rounds: number;
  readonly failures: readonly Failure[];
  readonly totals: Readonly<Record<"events" | "acknowledged" | "runs" | "executions" | "repeated", number>>;
  /** How often each kind of fault was done. */
  readonly faultCounts: Readonly<Record<string, number>>;
}

/** A round that lost something, or did not come to its end. */
export interface Failure {
  readonly round: number;
  readonly reasons: readonly string[];
  readonly folder: string;
}

/** Runs the rounds; `onRound` hears of each. */
export async function runCampaign(o: {
  readonly seed: number;
  /** Numbers of the rounds: one round of a seed can be run alone. */
  readonly rounds: readonly number[];
  readonly onRound: (report: RoundReport) => void;
  readonly onFailure: (failure: Failure) => void;
}): Promise<CampaignReport> {
  const totals = { events: 0, acknowledged: 0, runs: 0, executions: 0, repeated: 0 };
  const faultCounts: Record<string, number> = {};
  const failures: Failure[] = [];
  let bed: Bed | null = null;
  let from: Position = start;
  let kept: Kept = { runs: 0, eventIds: [] };
  const fail = async (round: number, reasons: readonly string[]): Promise<void> => {
    const folder = bed?.folder ?? "";
    const lines = await logOf(bed);
    writeFileSync(join(folder, "failure.txt"), [`seed ${o.seed}, round ${round}`, ...reasons, "", ...lines].join("\n"));
    const failure = { round, reasons, folder };
    failures.push(failure);
    o.onFailure(failure);
    await bed?.close();
    bed = null;
  };

  for (const round of o.rounds) {
    if (bed === null) {
      bed = await newBed();
      from = start;
      kept = { runs: 0, eventIds: [] };
    }
    try {
      const { report, next } = await runRound(bed, { seed: o.seed, round, from });
      from = next;
      kept = { runs: kept.runs + report.runs, eventIds: [...kept.eventIds, ...report.acknowledgedIds] };
      for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += report[key];
      for (const { fault } of report.planned) {
        const name = fault.kind === "breakLink" ? `${fault.fault.kind} ${fault.link}` : fault.kind;
        faultCounts[name] = (faultCounts[name] ?? 0) + 1;
      }
      o.onRound(report);
      if (report.faults.length > 0) await fail(round, report.faults);
    } catch (error) {
      await fail(round, [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    }
  }
  if (bed !== null) {
    const reasons = await endBed(bed, kept);
    if (reasons.length === 0) rmSync(bed.folder, { recursive: true, force: true });
    else {
      const failure = { round: o.rounds.at(-1) ?? 0, reasons, folder: bed.folder };
      failures.push(failure);
      o.onFailure(failure);
    }
  }
  return { rounds: o.rounds.length, failures, totals, faultCounts };
}

const start: Position = { seq: 0, ledgerBytes: 0 };

/** A server that did not come up again is a failure like any other: its reason is kept, too. */
async function logOf(bed: Bed | null): Promise<readonly string[]> {
  try {
    return (await bed?.server())?.child.lines() ?? [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function newBed(): Promise<Bed> {
  return openBed(mkdtempSync(join(tmpdir(), "stepwright-faults-")));
}

/** What all rounds of a bed came to, and what is to be there in the end. */
interface Kept {
  readonly runs: number;
  readonly eventIds: readonly string[];
}

/** Kills what runs, and looks once more for all that the rounds have left; returns what is wrong. */
async function endBed(bed: Bed, kept: Kept): Promise<readonly string[]> {
  await bed.close();
  const books = openBooks(bed.databaseFile);
  const stored = new Set(books.eventsAfter(0).map(({ id }) => id));
  const lost = kept.eventIds.filter((id) => !stored.has(id));
  const runs = books.runCount();
  const verdict = books.integrity();
  books.close();
  return [
    ...(verdict === "ok" ? [] : [`the database is damaged: ${verdict}`]),
    ...(lost.length === 0 ? [] : [`events of earlier rounds are lost: ${lost.join(", ")}`]),
    ...(runs === kept.runs ? [] : [`the rounds counted ${kept.runs} runs, and ${runs} are stored`]),
  ];
}
