// Why a run does not go on, or how it has ended.
import type { ApiApp, ApiDoing, ApiFunction, ApiRun, ApiSetAside, ApiStep } from "@stepwright/protocol";
import { endText, errorText } from "../remote/run-result.ts";
import { lengthText, oneLine, timeText } from "../remote/table.ts";
import { doingText } from "../runs/doing-text.ts";
import { shellWord } from "../runs/filter.ts";
import { pausedFinding } from "./app-findings.ts";
import type { Finding } from "./finding.ts";
import { limitFix } from "./limit-fix.ts";
import { problemFinding } from "./problem-finding.ts";

/** What is known about a run. */
export interface RunFacts {
  readonly run: ApiRun;
  /** Null when it is not registered any more. */
  readonly fn: ApiFunction | null;
  readonly app: ApiApp | null;
  /** Its work that was set aside. */
  readonly setAside: readonly ApiSetAside[];
  readonly server: string;
  readonly now: number;
}

/** Finds it. What stops the whole function comes first; what the run itself waits for follows, soonest first. */
export function findInRun(facts: RunFacts): readonly Finding[] {
  const { run, setAside } = facts;
  if (run.activity === null && run.status !== "queued" && run.status !== "running") return endedFindings(run);
  const aside = setAside.map((item) => ({
    code: "RUN_SET_ASIDE",
    says: `run ${run.id} stands still, its ${item.kind} could not be processed: ${oneLine(item.reason)}`,
    fix: `stepwright queue retry ${shellWord(item.id)}`,
  }));
  const doing = run.doing.flatMap((each) => doingFinding(each, facts) ?? []);
  const found = [...aside, ...ownerFindings(facts), ...doing];
  return run.doing.length === 0 && aside.length === 0 ? [...found, stranded(run)] : found;
}

function endedFindings(run: ApiRun): readonly Finding[] {
  const failedStep = run.steps.findLast(({ status, kind }) => status === "failed" && kind !== "function");
  const isNamedOnce = run.steps.filter(({ name }) => name === failedStep?.name).length === 1;
  const inStep = failedStep === undefined ? "" : ` in step ${failedStep.name}`;
  switch (run.status) {
    case "failed":
      return [
        {
          code: "RUN_FAILED",
          says: `run ${run.id} has failed${inStep}: ${endText(run)}`,
          fix: `Put that right, then: stepwright runs rerun ${run.id}${failedStep === undefined ? "" : ` --from-step ${shellWord(isNamedOnce ? failedStep.name : failedStep.id)}`}`,
        },
      ];
    case "cancelled":
      return [
        {
          code: "RUN_CANCELLED",
          says: `run ${run.id} was cancelled: ${endText(run)}`,
          fix: `stepwright runs rerun ${run.id}`,
        },
      ];
    case "skipped":
      return [
        {
          code: "RUN_SKIPPED",
          says: `run ${run.id} was skipped and never called: ${endText(run)}`,
          fix: `stepwright runs rerun ${run.id}, when its function works again: stepwright doctor ${run.functionSlug}`,
        },
      ];
    default:
      return [];
  }
}

/** What keeps the function from being called. A run that only waits or sleeps is told all the same: it goes no further after that. */
function ownerFindings({ run, fn, app, server }: RunFacts): readonly Finding[] {
  if (fn === null)
    return [
      {
        code: "FUNCTION_GONE",
        says: `the function ${run.functionSlug} is not registered any more`,
        fix: `Serve it again, then: stepwright apps sync ${app?.url ?? "URL"}; or end the run: stepwright runs cancel ${run.id}`,
      },
    ];
  const paused = app === null ? [] : pausedFinding(app);
  return [
    ...(paused.length > 0 ? paused : functionPaused(fn)),
    ...(app === null || app.problem === null ? [] : [problemFinding(app, app.problem, server)]),
  ];
}

/** A function that is paused by itself. */
export function functionPaused({ slug, pausedAt }: ApiFunction): readonly Finding[] {
  if (pausedAt === null) return [];
  return [
    {
      code: "FUNCTION_PAUSED",
      says: `the function ${slug} has been paused since ${timeText(pausedAt)}, so it is not called`,
      fix: `stepwright functions resume ${slug}`,
    },
  ];
}

/** A call that takes longer is worth a word: most answer in less. */
const slowCallMs = 60_000;

/** What one open thing means; null when it goes on by itself at once. */
function doingFinding(doing: ApiDoing, { run, server, now }: RunFacts): Finding | null {
  const says = `run ${run.id} ${doingText(doing)}`;
  const cancel = `stepwright runs cancel ${run.id}`;
  if (doing.waitsFor !== null) {
    const fix = limitFix(doing.waitsFor);
    return fix === null ? null : { code: "RUN_WAITS_FOR_LIMIT", says, fix };
  }
  switch (doing.kind) {
    case "calling": {
      const forMs = doing.at === null ? 0 : now - doing.at;
      if (forMs < slowCallMs) return null;
      return {
        code: "CALL_SLOW",
        says: `${says}, and the app has not answered for ${lengthText(forMs)}`,
        fix: `See what the app is doing; --call-timeout of the server gives a call up sooner, ${cancel} ends the run`,
      };
    }
    case "queued":
      if (doing.at === null || doing.at <= now) return null;
      return { code: "RUN_STARTS_LATER", says, fix: `Wait until then, or send its event again without a later time` };
    case "retrying":
      return retryFinding(doing, run);
    case "sleeping":
      return { code: "RUN_SLEEPS", says, fix: `Wait until then, or end the run: ${cancel}` };
    case "waitingForEvent":
      return {
        code: "RUN_WAITS_FOR_EVENT",
        says,
        fix: `stepwright send ${shellWord(doing.event ?? "NAME")} --data '{…}'${doing.expression === null ? "" : ", with data that fits"}`,
      };
    case "waitingForSignal":
      return {
        code: "RUN_WAITS_FOR_SIGNAL",
        says,
        fix: `curl -X POST ${server}/v1/signals -d ${shellWord(JSON.stringify({ signal: doing.event, data: null }))}`,
      };
    case "waitingForRun": {
      const child = run.steps.find(({ id }) => id === doing.stepId)?.detail["childRunId"];
      return {
        code: "RUN_WAITS_FOR_RUN",
        says,
        fix: typeof child === "string" ? `stepwright doctor ${child}` : `stepwright runs list`,
      };
    }
    case "other":
      return null;
  }
}

function retryFinding(doing: ApiDoing, run: ApiRun): Finding {
  const step = run.steps.find(({ id }) => id === doing.stepId) ?? run.steps.findLast(({ kind }) => kind === "function");
  const error = step === undefined ? null : lastErrorOf(step);
  return {
    code: "RUN_RETRIES",
    says: `run ${run.id} ${doingText(doing, step?.maxAttempts ?? null)}${error === null ? "" : `, after ${error}`}`,
    fix: `Put that right before the last attempt; to end it now: stepwright runs cancel ${run.id}`,
  };
}

function lastErrorOf({ attempts, error }: ApiStep): string | null {
  const last = attempts.findLast((attempt) => attempt.error !== null)?.error ?? error;
  return last === null ? null : errorText(last);
}

function stranded({ id }: ApiRun): Finding {
  return {
    code: "RUN_STRANDED",
    says: `run ${id} has not ended, and neither has work in the queue nor waits for anything`,
    fix: `Restart the server, which repairs that, and check its data: stepwright doctor --db FOLDER`,
  };
}
