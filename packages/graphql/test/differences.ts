// Where our answers differ from the recorded ones on purpose, and why.
import { isJsonObject, type JsonObject, type JsonValue } from "@stepwright/protocol";

/** A difference that is meant: what it turns the recorded answer into. */
interface Difference {
  readonly why: string;
  /** Recordings that have it. */
  readonly of: RegExp;
  readonly change: (body: JsonValue, facts: Facts) => JsonValue;
}

/** What is known of the situation that a recording is compared in. */
export interface Facts {
  /** The event that started the run. */
  readonly eventName?: string;
  /** The signal that was sent. */
  readonly sig?: string;
}

const preview = /trace-.*-preview$|run-(waiting|cancelled)-preview$/;
const anyTrace = /trace-|^run-(waiting|cancelled)-/;

/** All differences. */
export const differences: readonly Difference[] = [
  {
    why: "measurements (of the network, of how much is stored) are not stored, nor are headers of answers but a few",
    of: anyTrace,
    change: spans((span) => ({ ...span, ...present(span, { response: keptResponse(span), metadata: [] }) })),
  },
  {
    why: "no span is there twice: the other implementation adds a span per request (executor.nonstep) and one per report of a step to those of steps",
    of: preview,
    change: spans((span) => ("childrenSpans" in span ? { ...span, childrenSpans: once(childrenOf(span)) } : span)),
  },
  {
    why: "what has a beginning and an end has a duration, and what was tried belongs to a group",
    of: preview,
    change: spans((span) => ({
      ...span,
      ...present(span, { groupID: "00000000-0000-5000-8000-000000000000" }),
      ...(span["startedAt"] == null || span["duration"] !== null ? {} : { duration: 1 }),
    })),
  },
  {
    why: "what began was due at some time: a span that stands for several of the other implementation's has what each of them knows",
    of: preview,
    change: spans((span) => {
      const isWhole = childrenOf(span).length === 0 && span["startedAt"] != null;
      return isWhole ? { ...span, ...present(span, { scheduledAt: span["queuedAt"] ?? null }) } : span;
    }),
  },
  {
    why: "a run tells what triggered it in every query, not only in lists",
    of: /^(nockpt-)?trace-/,
    change: (body, { eventName = null }) =>
      everywhere((value) => ("cronSchedule" in value && value["isBatch"] === false ? { ...value, eventName } : value))(
        body,
      ),
  },
  {
    why: "a step that failed for good is FAILED at once, with the one attempt that was made: nothing is queued after it",
    of: /^(nockpt-trace-fails|trace-stepretry-final)-legacy$/,
    change: spans((span) => {
      const children = childrenOf(span).filter(({ status }) => status !== "QUEUED");
      if (span["name"] === "boom")
        return {
          ...span,
          childrenSpans: children,
          status: "FAILED",
          attempts: 1,
          endedAt: children[0]?.["endedAt"] ?? null,
          outputID: "<opaque>",
        };
      return span["name"] === "function error" ? { ...span, childrenSpans: children, attempts: 1 } : span;
    }),
  },
  {
    why: "with preview, a step that failed is as complete as one that did not: it has an op and its attempts below it",
    of: /^(nockpt-trace-fails|trace-stepretry-final)-preview$/,
    change: spans((span) => {
      const headers = {
        "Content-Type": "application/json",
        "Server-Timing": "",
        "User-Agent": "inngest-js:v4.24.0",
        "X-Inngest-Framework": "nodejs",
        "X-Inngest-No-Retry": "true",
        "X-Inngest-Req-Version": "2",
        "X-Inngest-Sdk": "inngest-js:v4.24.0",
        "X-Inngest-Sdk-Handled": "true",
      };
      const response = { statusCode: 206, headers };
      // The recordings do not ask for the same fields.
      const stepInfo = { __typename: "RunStepInfo", ...(span["name"] === "boom" ? { type: null } : {}) };
      const step = { ...span, ...present(span, { stepOp: "RUN", stepType: "RUN", stepInfo }) };
      if (span["name"] === "boom")
        return {
          ...step,
          ...present(step, { scheduledAt: null }),
          childrenSpans: [{ ...without(step, "childrenSpans"), name: "Attempt 0", ...present(step, { response }) }],
        };
      return span["name"] === "Attempt 1" && span["stepType"] === "" ? step : span;
    }),
  },
  {
    why: "a run has returned what its function returned, however the app told it",
    of: /^eventV2$/,
    change: everywhere((value) =>
      typeof value["output"] === "string"
        ? { ...value, output: value["output"].replace(/^\[\{"op":"RunComplete".*"data":(.*)\}\]$/, "$1") }
        : value,
    ),
  },
  {
    why: "the history in the old shape is not kept, as nobody reads it; a trace has the steps",
    of: /^functionRun-/,
    change: everywhere((value) => ("history" in value ? { ...value, history: [] } : value)),
  },
  {
    why: "the key of a concurrency limit has no hash of ours",
    of: /^functionBySlug$|^functions$/,
    change: everywhere((value) =>
      typeof value["config"] === "string"
        ? { ...value, config: value["config"].replace(/,"hash":"[a-z0-9]+"/, "") }
        : value,
    ),
  },
  {
    why: "why a feature of an app is not ready is told by a number of the other implementation's",
    of: /^apps$/,
    change: everywhere((value) => ("reason" in value ? { ...value, reason: null } : value)),
  },
  {
    why: "whoever invokes a function that does not exist is told so, as over HTTP; nothing would run",
    of: /^invokeFunction-unknown$/,
    change: () => ({
      errors: [
        {
          message: 'function "nope" does not exist; check its id and that its app is synced',
          path: ["invokeFunction"],
        },
      ],
      data: { invokeFunction: null },
    }),
  },
  {
    why: "what has not begun has no duration",
    of: /-early-legacy$/,
    change: spans((span) => (span["status"] === "QUEUED" ? { ...span, duration: null } : span)),
  },
  {
    why: "a name has one waiter, and both renderings are compared on one server",
    of: /^nockpt-trace-signal-/,
    change: (body, { sig = "sig-1" }) => JSON.parse(JSON.stringify(body).replaceAll("sig-1", sig)) as JsonValue,
  },
  {
    why: "what waited when its run was cancelled was cancelled with it, and waits no more",
    of: /^run-cancelled-/,
    change: spans((span) =>
      span["name"] === "wait-ev" ? { ...span, status: "CANCELLED", endedAt: span["startedAt"] ?? null } : span,
    ),
  },
];

/** Errors whose recorded words tell of the other implementation's database or language; ours tell what is wrong. */
const words: Readonly<Record<string, string>> = {
  "app-unknown": "app not found: e2bace32-28cc-5398-96fd-47c0373ed111",
  "functionBySlug-unknown": "function not found: nope",
  "event-unknown": "event not found: 01M854TGA40XKG4S13RJQ5G3J0",
  "event-badid": "event not found: zz",
  "functionRun-badid": "invalid run ID: zz",
  "run-unknown": "error retrieving run: run not found: 01M854TGA40XKG4S13RJQ5G3J0",
  "spanOutput-bad": 'error parsing span identifier: "zzz" is no id of an output',
  "rerun-unknown": "run not found: 01M854TGA40XKG4S13RJQ5G3J0",
  "deleteApp-bad": "App not found: zz",
  "workerConnection-unknown":
    "error retrieving worker connection: worker connection not found: 01M854TGA40XKG4S13RJQ5G3J0",
  "runs-cel-bad": "<syntax error>",
  "syntax-error": "Syntax Error: Expected Name, found <EOF>.",
  "missing-var": 'Variable "$r" has invalid value: Expected a value of non-null type "String!" to be provided.',
  "empty-body": "json request body could not be decoded: the body is empty",
};

/** The recorded answer as ours is meant to be. */
export function asMeant(name: string, body: JsonObject, facts: Facts = {}): JsonObject {
  const told = name in words ? withMessage(body, words[name] ?? "") : body;
  return differences
    .filter(({ of }) => of.test(name))
    .reduce<JsonValue>((changed, { change }) => change(changed, facts), told) as JsonObject;
}

/** The values, of the fields that were asked for. */
function present(value: JsonObject, values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key in value));
}

function withMessage(body: JsonObject, message: string): JsonObject {
  const errors = Array.isArray(body["errors"]) ? body["errors"].filter(isJsonObject) : [];
  return { ...body, errors: errors.map((error) => ({ ...error, message })) };
}

function everywhere(change: (value: JsonObject) => JsonObject): (body: JsonValue) => JsonValue {
  const visit = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(visit);
    if (!isJsonObject(value)) return value;
    return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)])));
  };
  return visit;
}

function spans(change: (span: JsonObject) => JsonObject): (body: JsonValue) => JsonValue {
  return everywhere((value) => ("spanID" in value ? change(value) : value));
}

function childrenOf(span: JsonObject): readonly JsonObject[] {
  const children = span["childrenSpans"];
  return Array.isArray(children) ? children.filter(isJsonObject) : [];
}

/** Of the spans that stand for the same thing, the one that knows most of it: what was tried, what kind of step it is. */
function once(children: readonly JsonObject[]): JsonObject[] {
  const kept = new Map<JsonValue, JsonObject>();
  for (const span of children) {
    const name = span["name"] ?? null;
    const before = kept.get(name);
    if (name === "executor.nonstep") continue;
    if (before === undefined) kept.set(name, span);
    else if (childrenOf(before).length === 0 && isOfKind(span)) kept.set(name, answered(span, before));
    else kept.set(name, answered(before, span));
  }
  return [...kept.values()];
}

/** Only one of the spans of a step has the answer. */
function answered(span: JsonObject, other: JsonObject): JsonObject {
  return { ...span, ...present(span, { response: span["response"] ?? other["response"] ?? null }) };
}

/** Of the headers of a recorded answer those that are kept here. */
function keptResponse({ response = null }: JsonObject): JsonValue {
  if (!isJsonObject(response) || !isJsonObject(response["headers"])) return response;
  const isKept = (name: string) => !["Date", "Traceparent", "Tracestate"].includes(name);
  const headers = Object.fromEntries(Object.entries(response["headers"]).filter(([name]) => isKept(name)));
  return { ...response, headers };
}

function without(value: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}

/** A step of a kind of its own, such as `step.sendEvent`. */
function isOfKind({ stepType }: JsonObject): boolean {
  return typeof stepType === "string" && stepType.includes(".");
}
