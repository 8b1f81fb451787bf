// Ops: the instructions in an app's answer, read from the wire.
import { z } from "zod";
import { nestedTooDeep } from "./errors.ts";
import { asStepId, millis, type Millis, type StepId } from "./ids.ts";
import {
  canonicalJson,
  isJsonObject,
  jsonString,
  spliceObject,
  tryParseJson,
  type JsonObject,
  type JsonText,
  type JsonValue,
} from "./json.ts";
import { opsPerResponseMax } from "./limits.ts";
import { isNestedTooDeep, nestingMax } from "./nesting.ts";
import { type OpMetadata, readOpMetadata } from "./op-metadata.ts";

/** The names of all ops, as they are spelt on the wire. */
export const opNames = [
  "None",
  "Step",
  "StepRun",
  "StepError",
  "StepFailed",
  "StepPlanned",
  "Sleep",
  "WaitForEvent",
  "InvokeFunction",
  "AIGateway",
  "Gateway",
  "WaitForSignal",
  "RunComplete",
  "SyncRunComplete",
  "DiscoveryRequest",
  "DeferAdd",
  "DeferAbort",
] as const;

/** The name of an op. */
export type OpName = (typeof opNames)[number];

/** The error of a step, as its app reported it. */
export interface StepErrorBody {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly cause: JsonText | null;
  readonly data: JsonText | null;
  readonly noRetry: boolean | null;
}

/** One instruction in an app's answer. */
export interface Op {
  readonly op: OpName;
  readonly id: StepId;
  readonly name: string;
  /** Title for people: the wire's `displayName`, else its name, else its id. */
  readonly displayName: string;
  readonly opts: JsonObject;
  /** `null` when the field was absent; a JSON `null` is the text `null`. */
  readonly data: JsonText | null;
  readonly error: StepErrorBody | null;
  readonly timing: { readonly startedAt: Millis; readonly durationMs: number } | null;
  /** The id the user wrote and which repeat of it this is. */
  readonly userland: { readonly id: string; readonly index: number } | null;
  readonly parallelMode: "race" | null;
  /** Absent when there is none. */
  readonly metadata?: readonly OpMetadata[];
}

/** The outcome of reading ops; a malformed answer is an attempt error as a whole. */
export type ParsedOps =
  | { readonly kind: "ops"; readonly ops: readonly Op[] }
  | { readonly kind: "malformed"; readonly message: string };

/** Reads an answer's body: a list of ops, or a single one. An empty list is «nothing to do». */
export function parseOps(body: string): ParsedOps {
  const value = tryParseJson(body);
  if (value === undefined) return { kind: "malformed", message: "the body is not JSON" };
  if (Array.isArray(value)) return parseOpList(value);
  return isJsonObject(value)
    ? parseOpList([value])
    : { kind: "malformed", message: "the body is neither a list of ops nor an op" };
}

/** Reads ops that are already parsed JSON, as in a checkpoint. */
export function parseOpList(values: readonly unknown[]): ParsedOps {
  const ops: Op[] = [];
  // With more than these the answer is refused whatever they are: the others are only counted.
  for (const [index, value] of values.slice(0, opsPerResponseMax).entries()) {
    const op = readOp(value);
    if (typeof op === "string") return { kind: "malformed", message: `op ${index} ${op}` };
    ops.push(op);
  }
  const [first] = ops;
  if (first === undefined || ops.length === values.length) return { kind: "ops", ops };
  return { kind: "ops", ops: [...ops, ...Array.from({ length: values.length - ops.length }, () => first)] };
}

/** Tells whether an op only rides along: it neither counts as parallel work nor gets a queue item. */
export function isLazyOp(op: Op): boolean {
  return op.op === "DeferAdd" || op.op === "DeferAbort";
}

/** Writes what a failed step's memo holds under `error`; what the SDK added for itself is not part of it. */
export function stepErrorJson(error: StepErrorBody): JsonText {
  return spliceObject([
    ["cause", error.cause],
    ["data", error.data],
    ["message", jsonString(error.message)],
    ["name", jsonString(error.name)],
    ["noRetry", error.noRetry === null ? null : canonicalJson(error.noRetry)],
    ["stack", error.stack === null ? null : jsonString(error.stack)],
  ]);
}

const wireOpSchema = z.object({
  op: z.string(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  userland: z.object({ id: z.string(), index: z.number().nullish() }).nullish().catch(null),
  timing: z.object({ a: z.number(), b: z.number() }).nullish().catch(null),
});

const opByName: ReadonlyMap<string, OpName> = new Map(
  opNames.flatMap((name) => [
    [name, name],
    [name.toLowerCase(), name],
  ]),
);

// Ops that are no step and whose id nobody looks up.
const opsWithoutId: ReadonlySet<OpName> = new Set(["None", "RunComplete", "SyncRunComplete", "DiscoveryRequest"]);

/** Reads one op; text says what is wrong with it. */
function readOp(value: unknown): Op | string {
  const parsed = wireOpSchema.safeParse(value);
  if (!parsed.success || !isJsonObject(value)) return "is not an op object with text in its op, id and name fields";
  const wire = parsed.data;
  const op = opByName.get(wire.op);
  if (op === undefined) return `is of the unknown kind "${wire.op}"`;
  const id = wire.id ?? "";
  if (id === "" && !opsWithoutId.has(op)) return `(${op}) has no id`;
  const error = readStepError(value["error"]);
  if (error === null && (op === "StepError" || op === "StepFailed")) return `(${op}) has no error`;
  const opts = isJsonObject(value["opts"]) ? value["opts"] : {};
  if (isNestedTooDeep(opts)) throw nestedTooDeep({ max: nestingMax });
  const data = value["data"];
  const metadata = readOpMetadata(value["metadata"]);
  return {
    op,
    id: asStepId(id),
    name: wire.name ?? "",
    displayName: wire.displayName || wire.name || id,
    opts,
    data: data === undefined ? null : canonicalJson(data),
    error,
    timing: readTiming(wire.timing),
    userland: wire.userland == null ? null : { id: wire.userland.id, index: wire.userland.index ?? 0 },
    parallelMode: isRace(opts["parallelMode"]) ? "race" : null,
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Go's SDK writes `Race`, the others `race`. */
function isRace(mode: JsonValue | undefined): boolean {
  return typeof mode === "string" && mode.toLowerCase() === "race";
}

/** The wire counts nanoseconds since the epoch, which a double holds to a few hundred of them. */
function readTiming(timing: { readonly a: number; readonly b: number } | null | undefined): Op["timing"] {
  if (timing == null || !Number.isFinite(timing.a) || !Number.isFinite(timing.b)) return null;
  return { startedAt: millis(timing.a / 1e6), durationMs: timing.b / 1e6 };
}

function readStepError(error: JsonValue | undefined): StepErrorBody | null {
  if (error === undefined || error === null) return null;
  const body = isJsonObject(error) ? error : { message: error };
  return {
    name: textOf(body["name"]) || "Error",
    message: textOf(body["message"]),
    stack: typeof body["stack"] === "string" && body["stack"] !== "" ? body["stack"] : null,
    cause: jsonOf(body["cause"]),
    // Go's SDK reads what its step returned beside an error from here, and fails the function where nothing is: null is something.
    data: body["data"] === undefined ? null : canonicalJson(body["data"]),
    noRetry: typeof body["noRetry"] === "boolean" ? body["noRetry"] : null,
  };
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : canonicalJson(value);
}

function jsonOf(value: JsonValue | undefined): JsonText | null {
  return value === undefined || value === null ? null : canonicalJson(value);
}
