// Failures of the code outside steps, and where they belong.
import { itemOf, willBeRetried } from "./attempts.ts";
import type { Attempt, Group, TraceFacts } from "./group.ts";

/** A run may also fail without the app: over a result that is too large, or too many steps. No span tells of it. */
export function withOwnFailure(groups: readonly Group[], { run }: TraceFacts): readonly Group[] {
  const last = groups.at(-1);
  const isTold = last?.kind === "function" && last.attempts.at(-1)?.status === "FAILED";
  if (run.status !== "failed" || run.endedAt === null || isTold) return groups;
  const startedAt = last?.attempts.at(-1)?.endedAt ?? last?.wait?.endedAt ?? run.startedAt ?? run.endedAt;
  const attempt: Attempt = {
    index: 0,
    status: "FAILED",
    queuedAt: startedAt,
    startedAt,
    endedAt: run.endedAt,
    span: null,
  };
  const failure: Group = {
    kind: "function",
    key: "failure",
    stepId: null,
    name: "",
    wait: null,
    attempts: [attempt],
    result: null,
    isOpen: false,
  };
  return [...groups, failure];
}

/**
 * The code outside steps failed and was called again, and then it came to a step or a wait: the failures belong to what it came to, as
 * its first attempts.
 */
export function attachFailures(groups: readonly Group[]): readonly Group[] {
  const kept: Group[] = [];
  let failures: readonly Attempt[] = [];
  for (const group of groups) {
    const last = group.attempts.at(-1);
    if (group.kind === "function" && !group.isOpen && last?.status === "FAILED" && willBeRetried(last)) {
      failures = [...failures, ...group.attempts];
      continue;
    }
    const [first] = group.attempts;
    const follows = failures.length > 0 && (group.kind === "wait" || first?.index === failures.length);
    kept.push(follows ? { ...group, attempts: [...failures, ...group.attempts] } : group);
    if (follows) failures = [];
  }
  const [first] = failures;
  if (first?.span == null) return kept;
  // It was cancelled before it came to anything.
  const rest: Group = {
    kind: "function",
    key: itemOf(first.span),
    stepId: null,
    name: "",
    wait: null,
    attempts: failures,
    result: null,
    isOpen: false,
  };
  return [...kept, rest];
}
