// A function as it is registered, checked and brought into the form the engine works with.
import { z } from "zod";
import { openConfigReport, type ConfigChecks, type ConfigProblem, type ConfigReport } from "./config-problem.ts";
import { parseDurationOrInstant } from "./duration.ts";
import { functionsInvalid, StepwrightError } from "./errors.ts";
import { readFlow, wireFlowSchema, type FlowConfig } from "./flow-config.ts";
import { millis } from "./ids.ts";
import { cancelsMax, retriesDefault, retriesMax } from "./limits.ts";
import { readTriggers, wireTriggerSchema, type Trigger } from "./trigger.ts";
import { issueText } from "./issue-text.ts";

/** Ends a run when an event arrives. */
export interface CancelConfig {
  /** Exact event name; wildcards do not apply to waits. */
  readonly event: string;
  readonly if: string | null;
  /** Duration or date until which it is armed, as written; `null` means the default of a year. */
  readonly timeoutText: string | null;
}

/** A function as the engine works with it. */
export interface FunctionConfig extends FlowConfig {
  /** `<app>-<function>`, unique within the app; what SDKs call the function by. */
  readonly slug: string;
  readonly name: string;
  /** Empty for a function that can only be invoked. */
  readonly triggers: readonly Trigger[];
  /** Where it is called. */
  readonly url: string;
  /** Retries after the first attempt, 0 to 20. */
  readonly retries: number;
  readonly cancel: readonly CancelConfig[];
  readonly timeouts: { readonly startMs: number | null; readonly finishMs: number | null };
}

/** The outcome of reading an app's functions. */
export type ParsedFunctions =
  | {
      readonly kind: "functions";
      readonly functions: readonly FunctionConfig[];
      readonly notices: readonly ConfigProblem[];
    }
  | { readonly kind: "rejected"; readonly problems: readonly ConfigProblem[] };

const wireFunctionSchema = wireFlowSchema.extend({
  id: z.string().min(1, "a function needs an id"),
  name: z.string().min(1, "a function needs a name"),
  triggers: z.array(wireTriggerSchema).nullish(),
  steps: z.record(
    z.string(),
    z.object({
      runtime: z.object({ type: z.string().nullish(), url: z.string() }),
      retries: z.object({ attempts: z.number().nullish() }).nullish(),
    }),
  ),
  retries: z.number().nullish(),
  cancel: z.array(z.object({ event: z.string(), if: z.string().nullish(), timeout: z.string().nullish() })).nullish(),
  timeouts: z.object({ start: z.string().nullish(), finish: z.string().nullish() }).nullish(),
});

type WireFunction = z.infer<typeof wireFunctionSchema>;

/**
 * Reads all functions of an app: all are fine, or none is taken.
 *
 * Refuses what would fail silently or for ever at run time; only `retries` above the limit is lowered, with a notice.
 */
export function parseFunctions(raw: readonly unknown[], checks: ConfigChecks): ParsedFunctions {
  const functions: FunctionConfig[] = [];
  const problems: ConfigProblem[] = [];
  const notices: ConfigProblem[] = [];
  const slugs = new Set<string>();
  for (const [index, item] of raw.entries()) {
    const parsed = wireFunctionSchema.safeParse(item);
    const report = openConfigReport(slugOf(item), checks);
    if (parsed.success) {
      functions.push(readFunction(parsed.data, report));
      if (slugs.has(parsed.data.id))
        report.reject("id", `two functions have the id "${parsed.data.id}"; ids must be unique within an app`);
      slugs.add(parsed.data.id);
    } else {
      for (const issue of parsed.error.issues)
        report.reject(pathText(issue.path, `functions[${index}]`), issueText(issue));
    }
    problems.push(...report.problems);
    notices.push(...report.notices);
  }
  return problems.length > 0 ? { kind: "rejected", problems } : { kind: "functions", functions, notices };
}

// Above this many, the message is cut; the details have all.
const problemsToldMax = 10;

/** Makes the one error of a refused sync: its message tells what is wrong with which function, `details.problems` all of it. */
export function functionsError(problems: readonly ConfigProblem[]): StepwrightError {
  const told = problems
    .slice(0, problemsToldMax)
    .map((problem) => `${problem.functionSlug || "(no id)"} ${problem.path}: ${problem.message}`);
  if (problems.length > told.length) told.push(`and ${problems.length - told.length} more`);
  const { code, status, retryable, template } = functionsInvalid;
  return new StepwrightError({
    code,
    status,
    retryable,
    message: template.replace("{problems}", () => told.join("; ")),
    details: { problems: problems.map((problem) => ({ ...problem })) },
  });
}

function readFunction(wire: WireFunction, report: ConfigReport): FunctionConfig {
  const flow = readFlow(wire, report);
  const config: FunctionConfig = {
    slug: wire.id,
    name: wire.name,
    triggers: readTriggers(wire.triggers ?? [], report),
    url: readUrl(wire, report),
    retries: readRetries(wire, report),
    cancel: readCancels(wire, report),
    timeouts: {
      startMs: readTimeout("timeouts.start", wire.timeouts?.start, report),
      finishMs: readTimeout("timeouts.finish", wire.timeouts?.finish, report),
    },
    ...flow,
  };
  rejectCombinations(config, report);
  return config;
}

function readUrl(wire: WireFunction, report: ConfigReport): string {
  const steps = Object.values(wire.steps);
  const [step] = steps;
  if (step === undefined || steps.length > 1) {
    report.reject("steps", `a function has exactly one step entry that says where it is called, got ${steps.length}`);
    return "";
  }
  const { url, type } = step.runtime;
  if (type === "ws" || /^wss?:/i.test(url))
    report.reject(
      "steps.step.runtime.type",
      `"ws" is a worker that connects (Connect), which this server does not support; serve the function over "http"`,
    );
  else if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    report.reject(
      "steps.step.runtime.url",
      `"${url}" is not an http or https URL; the app must register the full URL it is served at`,
    );
  return url;
}

function readRetries(wire: WireFunction, report: ConfigReport): number {
  const [step] = Object.values(wire.steps);
  const retries = step?.retries?.attempts ?? wire.retries ?? retriesDefault;
  if (!Number.isInteger(retries) || retries < 0) {
    report.reject("retries", `${retries} retries are impossible; use a whole number from 0 to ${retriesMax}`);
  }
  if (retries > retriesMax)
    report.notice("retries", `${retries} retries are more than the limit; ${retriesMax} are used`);
  return Math.min(retries, retriesMax);
}

function readCancels(wire: WireFunction, report: ConfigReport): readonly CancelConfig[] {
  const cancels = wire.cancel ?? [];
  if (cancels.length > cancelsMax)
    report.reject("cancel", `${cancels.length} cancelOn entries are more than the limit of ${cancelsMax}`);
  return cancels.map((item, index) => {
    const path = `cancel[${index}]`;
    if (item.event === "" || item.event.includes("*")) {
      report.reject(
        `${path}.event`,
        `"${item.event}" cannot cancel a run; name one event exactly, wildcards do not apply here`,
        "event_name_invalid",
      );
    }
    const timeoutText = item.timeout == null || item.timeout === "" ? null : item.timeout;
    if (timeoutText !== null && parseDurationOrInstant(timeoutText, millis(0)) === null) {
      report.reject(`${path}.timeout`, `"${timeoutText}" is neither a duration such as "1h" nor an RFC 3339 date`);
    }
    return { event: item.event, if: report.expression(`${path}.if`, item.if, "cancel"), timeoutText };
  });
}

/** Reads one of `timeouts`; zero is what typed SDKs send for «none». */
function readTimeout(path: string, text: string | null | undefined, report: ConfigReport): number | null {
  return report.duration(path, text, { minMs: 0, allowed: `such as "1h"` }) || null;
}

/** A batch has many events, so nothing that follows one event goes with it. */
function rejectCombinations(config: FunctionConfig, report: ConfigReport): void {
  if (config.batch === null) return;
  const others = [
    config.cancel.length > 0 ? "cancelOn" : null,
    config.debounce === null ? null : "debounce",
    config.singleton === null ? null : "singleton",
    config.priority === null ? null : "priority",
  ].filter((name) => name !== null);
  if (others.length > 0)
    report.reject(
      "batchEvents",
      `batchEvents cannot be combined with ${others.join(", ")}; remove one`,
      "combo_unsupported",
    );
}

function slugOf(raw: unknown): string {
  return typeof raw === "object" && raw !== null && "id" in raw && typeof raw.id === "string" ? raw.id : "";
}

function pathText(path: readonly PropertyKey[], whole: string): string {
  if (path.length === 0) return whole;
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}
