// What a run did, as groups: a step with its attempts, a wait, a stretch of the code outside steps with its attempts.
import type { AppSpan, Run, Span, StepResult } from "@stepwright/engine";
import type { Millis, StepId } from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";

/** What is stored about the course of a run. */
export interface TraceFacts {
  readonly run: Run;
  readonly steps: readonly StepResult[];
  /** In the order they began. */
  readonly spans: readonly Span[];
  readonly items: readonly QueuedItem[];
  /** Those of the app's own code. */
  readonly appSpans: readonly AppSpan[];
}

/** One try of a step or of the code outside steps. */
export interface Attempt {
  readonly index: number;
  readonly status: "COMPLETED" | "FAILED" | "RUNNING" | "QUEUED";
  readonly queuedAt: Millis;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
  /** The stored span; null while the attempt has none. */
  readonly span: Span | null;
}

/** One thing a run did. */
export interface Group {
  readonly kind: "step" | "wait" | "function";
  /** The step's id, or that of the queue item behind the attempts. */
  readonly key: string;
  readonly stepId: StepId | null;
  readonly name: string;
  /** The span of a wait. */
  readonly wait: Span | null;
  /** In order. Of a wait: the failed attempts of the code that came to it. */
  readonly attempts: readonly Attempt[];
  readonly result: StepResult | null;
  /** Whether it goes on: it is being tried, will be tried again, or waits. */
  readonly isOpen: boolean;
}

/** What the output of an attempt is found by; null when it has none. */
export function outputKeyOf({ span, status }: Attempt): string | null {
  return span?.id ?? (status === "FAILED" ? "run" : null);
}

/** When a group began. */
export function startOf({ wait, attempts }: Group): number {
  const [first] = attempts;
  const times = [wait?.startedAt, first?.startedAt ?? first?.queuedAt].filter((at) => at !== undefined);
  return Math.min(...times);
}
