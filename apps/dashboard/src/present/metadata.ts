// What user code has attached to a run and its steps, in the parts that the page shows.
import type { ApiMetadata, ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";

const scoreKind = "inngest.score";
const ownPrefix = "userland.";

/** A judgement of a run or a step. */
export interface Score {
  readonly name: string;
  readonly value: JsonValue;
}

/** Everything of one target. */
export interface MetadataView {
  readonly scores: readonly Score[];
  /** Values by kind, under the names that people know. */
  readonly kinds: readonly {
    /** Unique among them. */
    readonly key: string;
    readonly title: string;
    readonly values: ApiMetadata["values"];
    readonly updatedAt: number;
  }[];
}

/** What is attached to the run itself, and to steps that it does not have (yet). */
export function runMetadata({ metadata, steps }: Pick<ApiRun, "metadata" | "steps">): MetadataView {
  return viewOf(metadata.filter(({ stepId }) => stepId === null || !steps.some((step) => isOf(stepId, step))));
}

/** What is attached to a step, by its id or its name. */
export function stepMetadata({ metadata }: Pick<ApiRun, "metadata">, step: Pick<ApiStep, "id" | "name">): MetadataView {
  return viewOf(metadata.filter(({ stepId }) => isOf(stepId, step)).map((entry) => ({ ...entry, stepId: null })));
}

/** Writes the value of a score: figures short, truth as a word. */
export function scoreText(value: JsonValue): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isOf(stepId: string | null, step: Pick<ApiStep, "id" | "name">): boolean {
  return stepId !== null && (stepId === step.id || stepId === step.name);
}

function viewOf(entries: readonly ApiMetadata[]): MetadataView {
  const scores = entries.filter(({ kind }) => kind === scoreKind);
  const others = entries.filter(({ kind }) => kind !== scoreKind);
  return {
    scores: scores.flatMap((entry) =>
      Object.entries(entry.values).map(([name, value]) => ({ name: titled(name, entry), value: valueOf(value) })),
    ),
    kinds: others.map((entry) => ({
      key: [entry.kind, entry.stepId, entry.attempt, entry.spanId].join(" "),
      title: titled(kindTitle(entry.kind), entry),
      values: entry.values,
      updatedAt: entry.updatedAt,
    })),
  };
}

/** A score is kept with what belongs to it. */
function valueOf(score: JsonValue): JsonValue {
  if (typeof score !== "object" || score === null || Array.isArray(score)) return score;
  return score["value"] ?? score;
}

function kindTitle(kind: string): string {
  return kind.startsWith(ownPrefix) ? kind.slice(ownPrefix.length) : kind;
}

/** Says what part of its target something belongs to, where that is not the whole. */
function titled(title: string, { stepId, attempt, spanId }: ApiMetadata): string {
  const parts = [
    ...(stepId === null ? [] : [`step ${stepId}`]),
    ...(attempt === null ? [] : [`attempt ${attempt + 1}`]),
    ...(spanId === null ? [] : [`span ${spanId}`]),
  ];
  return parts.length === 0 ? title : `${title}, ${parts.join(", ")}`;
}
