// The account of a round: everything that was acknowledged and everything that ran, against what is stored.
import { type AppName, type Kind, limitedMax, napMs, plans } from "./apps/kinds.ts";
import type { Line } from "./apps/ledger.ts";
import type { Books, EventRow, RunRow } from "./books.ts";
import { mostAtOnce } from "./concurrency.ts";
import type { SentEvent } from "./load.ts";

/** What a round came to. */
export interface Account {
  readonly events: number;
  readonly acknowledged: number;
  readonly acknowledgedIds: readonly string[];
  readonly runs: number;
  /** Executions of steps that returned a result. */
  readonly executions: number;
  /** Those of them that were not the first of their step. */
  readonly repeated: number;
  /** Sentences that say what was lost, doubled or wrong; empty when all is as it must be. */
  readonly faults: readonly string[];
}

type Execution = Extract<Line, { kind: "step" }>;

/** Takes the account. `rows` are the events stored since the round before, `lines` what the ledger got since then. */
export function takeAccount(o: {
  readonly app: AppName;
  readonly sent: readonly SentEvent[];
  readonly rows: readonly EventRow[];
  readonly lines: readonly Line[];
  readonly books: Books;
}): Account {
  const { app, sent, rows, lines, books } = o;
  const faults: string[] = [];
  const complain = (sentence: string): void => void faults.push(sentence);
  const executions = Map.groupBy(
    lines.filter((line) => line.kind === "step"),
    (line) => line.runId,
  );
  const lifecycle = Map.groupBy(
    rows.filter((row) => row.lifecycleOf !== null),
    (row) => String(row.lifecycleOf),
  );
  const runs: RunRow[] = [];
  const check = (kind: Kind | "child", run: RunRow, key: string): Readonly<Record<string, string>> => {
    runs.push(run);
    return checkRun({
      kind,
      run,
      key,
      books,
      executions: executions.get(run.id) ?? [],
      lifecycle: (lifecycle.get(run.id) ?? []).map(({ name }) => name),
      complain: (sentence) => complain(`run ${run.id} of ${run.slug} (event ${key}): ${sentence}`),
    });
  };

  for (const one of sent) {
    const found = runOf(one, { app, rows, books, complain });
    if (found === null) continue;
    check(one.kind, found, one.event.id);
    if (one.kind !== "invoker") continue;
    const children = books.childrenOf(found.id);
    if (children.length !== 1) complain(`run ${found.id} invoked ${children.length} runs, not one`);
    for (const child of children) {
      const tokens = check("child", child, one.event.id);
      if (JSON.stringify(parse(found.output)["answer"]) !== JSON.stringify({ tokens }))
        complain(`run ${found.id} went on with another result than that of the run it invoked: ${found.output}`);
    }
  }
  for (const runId of executions.keys())
    if (!books.runExists(runId)) complain(`a step of run ${runId} was executed, and the run is not stored`);
  const tables = Object.entries(books.leftovers());
  if (tables.length > 0) complain(`nothing is left to do, and there are rows: ${JSON.stringify(tables)}`);
  const most = mostAtOnce(lines);
  if (most.calls > limitedMax)
    complain(`${most.calls} calls of ${app}-limited were in flight at once at ${most.at}, and ${limitedMax} may be`);

  const succeeded = lines.filter((line) => line.kind === "step" && !line.threw) as readonly Execution[];
  const acknowledgedIds = sent.filter((one) => one.isAcknowledged).map(({ event }) => event.id);
  return {
    events: sent.length,
    acknowledged: acknowledgedIds.length,
    acknowledgedIds,
    runs: runs.length,
    executions: succeeded.length,
    repeated: succeeded.length - new Set(succeeded.map(({ runId, step }) => `${runId} ${step}`)).size,
    faults,
  };
}

/** The one run of an event; null when it is not there, which only an event that nobody acknowledged may be. */
function runOf(
  one: SentEvent,
  o: {
    readonly app: AppName;
    readonly rows: readonly EventRow[];
    readonly books: Books;
    readonly complain: (sentence: string) => void;
  },
): RunRow | null {
  const { event, kind } = one;
  const stored = o.rows.filter((row) => row.id === event.id && row.name === event.name);
  const runs = stored.flatMap((row) => o.books.runsOf(row.seq));
  const lost = one.isAcknowledged ? "was acknowledged" : "is stored";
  if (stored.length === 0 && one.isAcknowledged) o.complain(`event ${event.id} was acknowledged, and is not stored`);
  if (one.isAcknowledged && !stored.some((row) => row.internalId === one.internalId))
    o.complain(`event ${event.id} is not stored under the id ${one.internalId} that its sender was told`);
  if (stored.length > one.sends)
    o.complain(`event ${event.id} was sent ${one.sends} times and stored ${stored.length}`);
  if (stored.length > 0 && runs.length !== 1)
    o.complain(`event ${event.id} ${lost} and has ${runs.length} runs, not one`);
  const [run = null] = runs;
  if (run !== null && run.slug !== `${o.app}-${kind}`) o.complain(`event ${event.id} started ${run.slug}`);
  return run;
}

/** Checks one run with its steps and executions; returns the stored results of its steps. */
function checkRun(o: {
  readonly kind: Kind | "child";
  readonly run: RunRow;
  readonly key: string;
  readonly books: Books;
  readonly executions: readonly Execution[];
  readonly lifecycle: readonly string[];
  readonly complain: (sentence: string) => void;
}): Readonly<Record<string, string>> {
  const { kind, run, executions, complain } = o;
  const plan = plans[kind];
  if (run.status !== plan.status) complain(`it is ${run.status}, not ${plan.status}: ${run.error ?? run.output}`);
  if (run.endedAt === null) complain("it has no end");
  const stored = storedTokens(o.books, run.id);
  // What the server ends by itself is stored under the id that the SDK gave it, not under its name.
  const names = o.books.stepsOf(run.id).map(({ name }) => name);
  if (!plan.steps.every((step) => names.includes(step)) || names.length !== plan.steps.length + plan.others.length)
    complain(`it has results of the steps ${names.join(", ")}, not of ${[...plan.steps, ...plan.others].join(", ")}`);
  for (const [step, token] of Object.entries(stored)) checkStep({ step, token, stored, executions, complain });
  for (const step of new Set(executions.map((one) => one.step)))
    if (!plan.steps.includes(step)) complain(`an unknown step ${step} was executed`);
  checkEnd({ ...o, stored });
  checkLifecycle(plan.status, o.lifecycle, complain);
  if (kind === "sleepy" || kind === "late") checkNap(executions, { asleepAfter: stored["before"], complain });
  return stored;
}

/** The stored result is that of one execution, and that execution was given results that are stored. */
function checkStep(o: {
  readonly step: string;
  readonly token: string;
  readonly stored: Readonly<Record<string, string>>;
  readonly executions: readonly Execution[];
  readonly complain: (sentence: string) => void;
}): void {
  const source = o.executions.find((one) => one.token === o.token && one.step === o.step && !one.threw);
  if (source === undefined) {
    o.complain(`the result ${o.token} of step ${o.step} is stored, and no execution returned it`);
    return;
  }
  for (const [earlier, token] of Object.entries(source.seen))
    if (o.stored[earlier] !== token)
      o.complain(`step ${o.step} used ${token} of ${earlier}, and ${o.stored[earlier]} is stored`);
}

function checkEnd(o: {
  readonly kind: Kind | "child";
  readonly run: RunRow;
  readonly key: string;
  readonly stored: Readonly<Record<string, string>>;
  readonly complain: (sentence: string) => void;
}): void {
  const { kind, run, stored, complain } = o;
  if (run.status === "completed") {
    const output = parse(run.output);
    if (sorted(output["tokens"]) !== sorted(stored)) complain(`its output is not of the stored results: ${run.output}`);
    if (kind === "waiter" && output["answer"] !== o.key) complain(`it waited for ${o.key} and got ${run.output}`);
    if (kind === "late" && output["answer"] !== null) complain(`nobody answered it, and it got ${run.output}`);
  } else if (run.status === "failed" && !(run.error ?? "").includes(`gives up after ${stored["before"]}`)) {
    complain(`it failed for a reason of its own: ${run.error}`);
  }
}

function checkLifecycle(
  status: "completed" | "failed" | "cancelled",
  names: readonly string[],
  complain: (sentence: string) => void,
): void {
  const own = status === "completed" ? [] : [`inngest/function.${status}`];
  const expected = ["inngest/function.finished", ...own].toSorted().join();
  if (names.toSorted().join() !== expected) complain(`its lifecycle events are ${names.join()}, not ${expected}`);
}

/** No execution after the nap is earlier than the nap's length after the one before it whose result was stored. */
function checkNap(
  executions: readonly Execution[],
  {
    asleepAfter,
    complain,
  }: { readonly asleepAfter: string | undefined; readonly complain: (sentence: string) => void },
): void {
  const before = executions.find(({ token }) => token === asleepAfter);
  const after = executions.filter(({ step }) => step === "after").map(({ at }) => at);
  // What is missing is told elsewhere.
  if (before === undefined || after.length === 0) return;
  const slept = Math.min(...after) - before.at;
  if (slept < napMs) complain(`it slept ${slept} ms, not ${napMs}`);
}

function storedTokens(books: Books, runId: string): Record<string, string> {
  return Object.fromEntries(
    books.stepsOf(runId).flatMap(({ name, memo }) => {
      const { data } = parse(memo);
      return typeof data === "string" ? [[name, data] as const] : [];
    }),
  );
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  const value: unknown = text === null ? null : JSON.parse(text);
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function sorted(tokens: unknown): string {
  return JSON.stringify(Object.entries(tokens ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
