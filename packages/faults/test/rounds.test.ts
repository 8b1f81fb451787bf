// Twenty rounds of faults on real processes. `SEED=N` repeats a run; more rounds: `pnpm faults --rounds 500`.
import { describe, expect, test } from "vitest";
import { runCampaign } from "../src/campaign.ts";

const rounds = 20;

describe("kills, stops and broken connections under load", () => {
  test(
    "no acknowledged event, run, step result, timer or lifecycle event is lost or doubled",
    { timeout: 600_000 },
    async () => {
      const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
      process.stdout.write(`SEED=${seed}\n`);
      const report = await runCampaign({
        seed,
        rounds: Array.from({ length: rounds }, (_, round) => round),
        onRound: () => undefined,
        onFailure: ({ round, folder }) => void process.stdout.write(`seed ${seed}, round ${round}; kept: ${folder}\n`),
      });
      process.stdout.write(`${JSON.stringify({ ...report.totals, ...report.faultCounts })}\n`);
      expect(report.failures).toEqual([]);
      expect(report.totals.runs).toBeGreaterThan(rounds * 20);
      expect(report.totals.executions).toBeGreaterThan(report.totals.runs);
    },
  );
});
