// One round: load, faults at random moments of it, quiet, account.
import { readInfo } from "./api.ts";
import { type Account, takeAccount } from "./account.ts";
import { type AppName, appNames } from "./apps/kinds.ts";
import { readLedger } from "./apps/ledger.ts";
import type { Bed } from "./bed.ts";
import { openBooks } from "./books.ts";
import { chanceOf } from "./chance.ts";
import { makeEvents, sendAll } from "./load.ts";
import { planFaults, type PlannedFault, strikeAll } from "./strike.ts";
import { until } from "@stepwright/test-parts";

/** What happened in a round. */
export interface RoundReport extends Account {
  readonly round: number;
  readonly app: AppName;
  readonly planned: readonly PlannedFault[];
  readonly ms: number;
}

/** Where a round begins in what grows from round to round. */
export interface Position {
  readonly seq: number;
  readonly ledgerBytes: number;
}

const quietMs = 60_000;

/** Runs a round on the bed. Load that cannot be sent or does not come to an end is among the faults of its account. */
export async function runRound(
  bed: Bed,
  o: { readonly seed: number; readonly round: number; readonly from: Position },
): Promise<{ readonly report: RoundReport; readonly next: Position }> {
  const startedAt = performance.now();
  const chance = chanceOf(o.seed, o.round);
  const app = chance.pick(appNames);
  const sent = makeEvents(chance, { app, prefix: `r${o.round}` });
  const planned = planFaults(chance);
  // What does not come to an end is accounted for all the same: what is missing says more than that it is late.
  const late: string[] = [];
  const note = (error: unknown): void => void late.push(error instanceof Error ? error.message : String(error));
  await Promise.all([sendAll(bed, app, sent).catch(note), strikeAll(bed, app, planned)]);
  await untilQuiet(bed).catch(note);

  const books = openBooks(bed.databaseFile);
  try {
    const rows = books.eventsAfter(o.from.seq);
    const { lines, next } = readLedger(bed.ledgerFile, o.from.ledgerBytes);
    const account = takeAccount({ app, sent, rows, lines, books });
    const faults = [...late, ...account.faults];
    const ms = Math.round(performance.now() - startedAt);
    const report = { ...account, faults, round: o.round, app, planned, ms };
    return { report, next: { seq: rows.at(-1)?.seq ?? o.from.seq, ledgerBytes: next } };
  } finally {
    books.close();
  }
}

/** Resolves when every run has ended and nothing is queued, twice in a row: an item in hand is in neither count. */
export async function untilQuiet(bed: Bed): Promise<void> {
  let last = "";
  let quiet = 0;
  const look = async (): Promise<true | null> => {
    try {
      const { queue, runs } = await readInfo((await bed.server()).url);
      last = JSON.stringify({ queue, runs });
      const open = queue.due + queue.future + (runs["queued"] ?? 0) + (runs["running"] ?? 0);
      quiet = open === 0 ? quiet + 1 : 0;
    } catch (error) {
      last = String(error);
      quiet = 0;
    }
    return quiet >= 2 ? true : null;
  };
  await until(look, { timeoutMs: quietMs, everyMs: 50, describe: () => `everything ends; it stands at ${last}` });
}
