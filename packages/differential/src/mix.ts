// What the chosen seeds contain: counted, printed and asserted, so that the comparison cannot become empty unseen.
import { functionsThatWait } from "./answers.ts";
import { allParts, type Part, partsIn, type Program, type Scenario } from "./program.ts";

/** How many of each there are. */
export type Mix = ReadonlyMap<string, number>;

/** Counts what programs are made of. */
export function countMix(scenarios: readonly Scenario[]): Mix {
  const programs = scenarios.flatMap((scenario) => scenario.programs);
  return countNames([
    ...scenarios.flatMap(({ mode, programs: ofMode }) => ofMode.map(() => `functions on ${mode}`)),
    ...scenarios.map((scenario) =>
      functionsThatWait(scenario).length === 0 ? "scenarios whose runs are awaited" : "scenarios that are answered",
    ),
    ...programs.map(() => "functions"),
    ...programs.flatMap((program) => namesOfEnding(program)),
    ...programs.flatMap(({ parts }) => parts.flatMap(allParts)).flatMap((part) => namesOfPart(part)),
  ]);
}

/** Counts names. */
export function countNames(names: readonly string[]): Mix {
  const mix = new Map<string, number>();
  for (const name of names.toSorted()) mix.set(name, (mix.get(name) ?? 0) + 1);
  return mix;
}

/** Lists what there is less of than there should be. */
export function shortfalls(mix: Mix, least: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(least).flatMap(([name, count]) => {
    const found = mix.get(name) ?? 0;
    return found >= count ? [] : [`${found} ${name} in place of ${count}`];
  });
}

/** Writes the mix, a line each. */
export function printMix(mix: Mix): string {
  return [...mix].map(([name, count]) => `${String(count).padStart(6)} ${name}`).join("\n");
}

function namesOfEnding({ ending, parts, handlesFailure }: Program): readonly string[] {
  const isUncaught = parts.some((part) => part.kind === "step" && fails(part));
  return [
    `functions, end: ${ending.kind}`,
    ...(handlesFailure ? ["functions with onFailure"] : []),
    ...(isUncaught ? ["errors of steps that nobody catches"] : []),
  ];
}

function fails(part: Extract<Part, { readonly kind: "step" }>): boolean {
  return part.outcome.kind === "fails" || part.outcome.kind === "refuses";
}

function namesOfPart(part: Part): readonly string[] {
  switch (part.kind) {
    case "step":
      return [`steps: ${part.outcome.kind}`];
    case "sleep":
    case "sleepUntil":
      return [`sleeps: ${part.kind}`];
    case "wait":
      return [`waits for ${part.for}s: ${waitName(part)}`];
    case "invoke":
      return [part.timeoutSeconds === null ? "invokes" : "invokes that time out"];
    case "hiccup":
      return [part.retryAfterSeconds === null ? "hiccups of functions" : "hiccups of functions with RetryAfterError"];
    case "parallel":
      return [
        "parallel groups",
        ...(partsIn(part).flatMap(allParts).some(isParallel) ? ["parallel groups in others"] : []),
      ];
    case "caught":
      return isParallel(part.part) ? ["parallel groups that are rejected"] : ["catches"];
    case "loop":
      return ["loops"];
    case "answer":
      return [`answers by ${part.invokedSeconds === null ? "a step" : "an invoked function"}`];
    case "send":
      return ["sends"];
    case "sequence":
      return [];
  }
}

function isParallel(part: Part): boolean {
  return part.kind === "parallel";
}

function waitName({ answerer, timeoutSeconds }: Extract<Part, { readonly kind: "wait" }>): string {
  if (answerer !== "branch") return answerer === "nobody" ? "timed out" : "answered from outside";
  return timeoutSeconds === 1 ? "answered too late" : "answered by a branch";
}
