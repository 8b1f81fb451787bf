// `pnpm --filter @stepwright/faults faults --rounds 500 [--seed N] [--round N]`: rounds of faults until all are done.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { runCampaign } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** One round of the seed alone. */
    round: { type: "string" },
  },
});
const seed = Number(values.seed);
const rounds =
  values.round === undefined
    ? Array.from({ length: Number(values.rounds) }, (_, index) => index)
    : [Number(values.round)];
const startedAt = Date.now();
// Leaving in order takes the processes of the bed along.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
print(`seed ${seed}, ${rounds.length} rounds, ${cpus().length} cores, load ${loadText()}`);

const report = await runCampaign({
  seed,
  rounds,
  onRound(round) {
    const faults = round.planned.map(({ fault }) => (fault.kind === "breakLink" ? fault.fault.kind : fault.kind));
    print(
      `round ${round.round} ${round.app}: ${round.acknowledged}/${round.events} events, ${round.runs} runs, ` +
        `${round.executions} executions, ${round.repeated} repeated, ${faults.join(" ")}, ${round.ms} ms`,
    );
  },
  onFailure({ round, reasons, folder }) {
    print(`FAILED: seed ${seed}, round ${round}; kept: ${folder}\n  ${reasons.join("\n  ")}`);
    print(`again: pnpm --filter @stepwright/faults faults --seed ${seed} --round ${round}`);
  },
});

const { failures, totals, faultCounts } = report;
const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
print(
  JSON.stringify({
    seed,
    rounds: report.rounds,
    failed: failures.length,
    minutes,
    load: loadText(),
    totals,
    faultCounts,
  }),
);
process.exitCode = failures.length === 0 ? 0 : 1;

function loadText(): string {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(" ");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
