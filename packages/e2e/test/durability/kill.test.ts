// 500 events, five SIGKILLs of the server, one in each phase of its work. The app's own outbox is the witness:
// every acknowledged event's run ends exactly once, and no more is executed twice than was in flight at a kill.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createChance } from "@stepwright/test-parts";
import { describe, expect, test, vi } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";
import { type Sdk, sdks } from "../harness/sdk.ts";
import type { OutgoingEvent, ServerApi } from "../harness/server-api.ts";
import type { ServerProcess } from "../harness/server-process.ts";
import { type Execution, openOutbox, type Outbox } from "./outbox.ts";
import { seedOfTest } from "./seeded.ts";

const eventCount = 500;
const sendersInParallel = 10;
/** What the server may have in flight, so what one kill can make it ask for again. */
const callsInFlightMax = 16;
const kinds = ["sequence", "parallel", "sleepy", "flaky", "invoker"] as const;
type Kind = (typeof kinds)[number];

/** The moments at which the server is killed. */
const phases = ["ingest", "call", "commit", "timer", "call"] as const;
type Phase = (typeof phases)[number];

/** Steps that each kind of run executes to the end, in any order. */
const stepsOf: Readonly<Record<Kind, readonly string[]>> = {
  sequence: ["one", "two", "three"],
  parallel: ["left", "middle", "right", "after"],
  sleepy: ["before-sleep", "after-sleep"],
  flaky: ["shaky"],
  invoker: ["before-invoke", "after-invoke"],
};

const scope = useScope();
vi.setConfig({ testTimeout: 240_000 });

describe.each(sdks)("five kills under load with SDK $name", (sdk) => {
  test("nothing that was acknowledged is lost or ends twice", async () => {
    const seed = seedOfTest();
    process.stdout.write(`kill test, SDK ${sdk.name}: SEED=${seed}\n`);
    const { fraction } = createChance(seed);
    const folder = scope.folder();
    mkdirSync(folder, { recursive: true });
    const outbox = openOutbox(join(folder, "outbox.db"));
    const killer = createKiller(fraction, await startServer());
    const app = await serveApp(
      killer.server(),
      sdk,
      ({ define, event }) => buildFunctions({ sdk, define, event, outbox, killer }),
      {
        wrap: (handler) => (request, response) => {
          if (request.method === "POST") {
            killer.reached("call");
            response.once("finish", () => killer.reached("commit"));
          }
          handler(request, response);
        },
      },
    );

    const events = Array.from({ length: eventCount }, (_, index) => eventOf(index, app.event));
    await sendAll(events, killer);
    const runs = await untilAllEnded(killer, app.id);
    await killer.finished();

    expect(killer.killed).toBe(phases.length);
    for (const kind of kinds) {
      const slug = `${app.id}-${kind}`;
      expect(
        runs.filter((run) => run.functionSlug === slug),
        `runs of ${kind}`,
      ).toHaveLength(eventCount / kinds.length);
    }
    expect(runs.filter((run) => run.functionSlug === `${app.id}-child`)).toHaveLength(eventCount / kinds.length);
    expect(new Set(runs.map((run) => run.status))).toEqual(new Set(["completed"]));

    const executions = outbox.all();
    checkExecutions(app.id, runs, executions);
    await checkEndsOnce(killer.server(), runs.length);
    outbox.close();
  });
});

function startServer(): Promise<ServerProcess> {
  return scope.startServer({ args: ["--no-poll", "--calls-per-app", String(callsInFlightMax), "--no-retry-jitter"] });
}

interface Killer {
  server(): ServerProcess;
  /** Tells that the server does something of this phase just now. */
  reached(phase: Phase): void;
  /** Resolves when the server is up. */
  up(): Promise<ServerProcess>;
  finished(): Promise<void>;
  readonly killed: number;
}

/** Kills the server in one phase after another, each after a seeded number of occasions, and starts it again. */
function createKiller(fraction: () => number, first: ServerProcess): Killer {
  const order = phases.map((phase) => ({ phase, key: fraction() })).toSorted((a, b) => a.key - b.key);
  // Sending ends first: a kill while it is under way has to come early.
  order.sort((a, b) => Number(b.phase === "ingest") - Number(a.phase === "ingest"));
  const plan = order.map(({ phase }) => ({ phase, occasions: 5 + Math.floor(fraction() * 40) }));
  let server = first;
  let coming: Promise<ServerProcess> = Promise.resolve(first);
  let isDown = false;
  let killed = 0;

  const kill = async (): Promise<ServerProcess> => {
    await server.kill();
    server = await scope.restart(server);
    isDown = false;
    killed += 1;
    return server;
  };

  return {
    server: () => server,
    reached(phase) {
      const next = plan[0];
      if (isDown || next === undefined || next.phase !== phase) return;
      next.occasions -= 1;
      if (next.occasions > 0) return;
      plan.shift();
      isDown = true;
      coming = kill();
    },
    up: () => coming,
    finished: () =>
      until(() => (plan.length === 0 && !isDown ? true : null), {
        describe: () => `all kills happened; left: ${JSON.stringify(plan)}`,
      }).then(() => undefined),
    get killed() {
      return killed;
    },
  };
}

function buildFunctions(options: {
  readonly sdk: Sdk;
  readonly define: (...parameters: Parameters<ReturnType<Sdk["client"]>["define"]>) => unknown;
  readonly event: (name: string) => string;
  readonly outbox: Outbox;
  readonly killer: Killer;
}): readonly unknown[] {
  const { define, event, outbox, killer } = options;
  const done = (runId: string, step: string, attempt: number) => () => {
    outbox.record({ runId, step, attempt });
    return { step };
  };
  const child = define({ id: "child" }, { event: event("child") }, async ({ step, runId, attempt }) =>
    step.run("in-child", done(runId, "in-child", attempt)),
  );
  return [
    child,
    define({ id: "sequence" }, { event: event("sequence") }, async ({ step, runId, attempt }) => {
      for (const name of stepsOf.sequence) await step.run(name, done(runId, name, attempt));
    }),
    define({ id: "parallel" }, { event: event("parallel") }, async ({ step, runId, attempt }) => {
      await Promise.all(["left", "middle", "right"].map((name) => step.run(name, done(runId, name, attempt))));
      await step.run("after", done(runId, "after", attempt));
    }),
    define({ id: "sleepy" }, { event: event("sleepy") }, async ({ step, runId, attempt }) => {
      await step.run("before-sleep", done(runId, "before-sleep", attempt));
      await step.sleep("nap", "2s");
      killer.reached("timer");
      await step.run("after-sleep", done(runId, "after-sleep", attempt));
    }),
    define({ id: "flaky", retries: 6 }, { event: event("flaky") }, async ({ step, runId, attempt }) => {
      await step.run("shaky", () => {
        outbox.record({ runId, step: "shaky", attempt });
        if (attempt === 0) throw new Error("the first try fails");
        return "recovered";
      });
    }),
    define({ id: "invoker" }, { event: event("invoker") }, async ({ step, runId, attempt }) => {
      await step.run("before-invoke", done(runId, "before-invoke", attempt));
      await step.invoke("call-child", { function: child, data: {} });
      await step.run("after-invoke", done(runId, "after-invoke", attempt));
    }),
  ];
}

function eventOf(index: number, event: (name: string) => string): OutgoingEvent {
  return { id: `event-${index}`, name: event(kinds[index % kinds.length] ?? "sequence"), data: { index } };
}

/** Sends each event until it is acknowledged once, as a careful client would: with its id, so that a repeat is no second run. */
async function sendAll(events: readonly OutgoingEvent[], killer: Killer): Promise<void> {
  const left = [...events];
  const sender = async () => {
    for (let event = left.shift(); event !== undefined; event = left.shift()) await sendOne(event, killer);
  };
  await Promise.all(Array.from({ length: sendersInParallel }, sender));
}

async function sendOne(event: OutgoingEvent, killer: Killer): Promise<void> {
  for (;;) {
    const server = await killer.up();
    const sending = server.send(event);
    killer.reached("ingest");
    try {
      await sending;
      return;
    } catch {
      // The server was killed before it answered: nobody knows whether it has the event.
      await killer.up();
    }
  }
}

type Runs = Awaited<ReturnType<typeof allRuns>>;

async function untilAllEnded(killer: Killer, appId: string): Promise<Runs> {
  const expected = eventCount + eventCount / kinds.length;
  let last = "";
  return until(
    async () => {
      const server = await killer.up();
      try {
        const runs = await allRuns(server, appId);
        const ended = runs.filter((run) => run.endedAt !== null).length;
        last = `${runs.length} runs, ${ended} ended, ${killer.killed} kills`;
        return ended >= expected && killer.killed === phases.length ? runs : null;
      } catch (error) {
        // Killed while it answered.
        last = String(error);
        return null;
      }
    },
    {
      timeoutMs: 180_000,
      everyMs: 250,
      describe: () => `${expected} runs ended after ${phases.length} kills: ${last}`,
    },
  );
}

async function allRuns(server: ServerApi, appId: string) {
  const runs = [];
  let cursor: string | null = null;
  do {
    const answer = await server.request("GET", `/api/runs?limit=100${cursor === null ? "" : `&cursor=${cursor}`}`);
    if (answer.status !== 200) throw new Error(`the list of runs answered ${answer.status}: ${answer.text}`);
    const page = answer.json as {
      readonly items: readonly {
        readonly id: string;
        readonly functionSlug: string;
        readonly status: string;
        readonly endedAt: number | null;
      }[];
      readonly nextCursor: string | null;
    };
    runs.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return runs.filter((run) => run.functionSlug.startsWith(`${appId}-`));
}

/** Every step of every run was executed; repeats are bounded by what was in flight at the kills. */
function checkExecutions(appId: string, runs: Runs, executions: readonly Execution[]): void {
  const seen = new Map<string, number>();
  for (const { runId, step, attempt } of executions) {
    // A failed try and the one that recovers are two executions by right.
    const key = step === "shaky" ? `${runId} ${step} ${attempt === 0 ? "failed" : "recovered"}` : `${runId} ${step}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const expected = runs.flatMap((run) => expectedKeys(run.id, run.functionSlug.slice(appId.length + 1)));
  expect(new Set(seen.keys())).toEqual(new Set(expected));
  const repeated = executions.length - expected.length;
  process.stdout.write(
    `executions: ${executions.length}, repeated: ${repeated}, allowed: ${phases.length * callsInFlightMax}\n`,
  );
  expect(repeated).toBeGreaterThanOrEqual(0);
  expect(repeated).toBeLessThanOrEqual(phases.length * callsInFlightMax);
}

function expectedKeys(runId: string, kind: string): readonly string[] {
  if (kind === "child") return [`${runId} in-child`];
  if (kind === "flaky") return [`${runId} shaky failed`, `${runId} shaky recovered`];
  return stepsOf[kind as Kind].map((step) => `${runId} ${step}`);
}

/** The server itself reported each end once. */
async function checkEndsOnce(server: ServerApi, runCount: number): Promise<void> {
  let finished = 0;
  let cursor: string | null = null;
  do {
    const answer = await server.request(
      "GET",
      `/api/events?name=inngest/function.finished&internal=true&limit=100${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    const page = answer.json as { readonly items: readonly unknown[]; readonly nextCursor: string | null };
    finished += page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(finished).toBe(runCount);
}
