// The first side: the engine for tests, with one scenario in it and a clock that jumps.
import { createTestEngine, type TestClock, type TestEngine, type TestRun } from "@stepwright/testing";
import { createAnswerer, functionsThatWait } from "./answers.ts";
import { type Api, openApi } from "./api.ts";
import { openApp } from "./app.ts";
import { firstEvents } from "./first-events.ts";
import { openLedger } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { appOf, type Scenario } from "./program.ts";

/** Real milliseconds that a call may take: code of programs never waits, and a busy machine is none of our business. */
const callTimeoutMs = 60_000;

/** What time it is makes no difference: the present, shortly before a leap day, and a year that is to come. */
const startTimes = [null, "2024-02-28T23:59:57.400Z", "2031-12-31T23:59:58.999Z"];

/** Runs a scenario to its end. Throws when it has none. */
export async function runOnEngine(scenario: Scenario): Promise<Observed> {
  const ledger = openLedger();
  // Functions are made before the engine that calls them, as those of users are.
  let now = (): number => Date.now();
  const { sdk, functions } = await openApp(scenario, { client: null, ledger, now: () => now() });
  await using engine = await createTestEngine({
    client: sdk.client,
    functions,
    serve: sdk.serve,
    callTimeoutMs,
    now: startTimes[scenario.seed % startTimes.length] ?? Date.now(),
  });
  now = () => engine.clock.now();
  const { eventKey, fetch } = engine.clientOptions;
  const api = openApi({ url: engine.url, eventKey, signingKey: null, fetch });
  await api.send(firstEvents(scenario, now()));
  if (functionsThatWait(scenario).length === 0) await awaitRuns(engine);
  else await driveToEnd(engine.clock, api, scenario);
  return { runs: await api.runs(appOf(scenario)), events: await api.events(), ledger };
}

/** As tests do: whoever awaits a run has the clock jump. */
async function awaitRuns(engine: TestEngine): Promise<void> {
  await engine.clock.settle();
  const unfinished = (): Promise<readonly TestRun[]> => engine.runs({ status: ["queued", "running"] });
  for (let runs = await unfinished(); runs.length > 0; runs = await unfinished()) {
    for (const run of runs) await run.ended();
  }
}

/** From timer to timer, so that waits are answered at the time when they are seen. */
async function driveToEnd(clock: TestClock, api: Api, scenario: Scenario): Promise<void> {
  const answerer = createAnswerer(api, [scenario]);
  for (;;) {
    await clock.settle();
    const unfinished = await api.unfinished();
    if (unfinished.length === 0) return;
    if (await answerer.answer(unfinished)) continue;
    if ((await clock.next()) === null)
      throw new Error(`nothing can go on with ${unfinished.map(({ functionSlug }) => functionSlug).join(", ")}`);
  }
}
