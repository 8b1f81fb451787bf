// The code of a function as a tree of steps, and its replay from memos as an SDK does it.

/** Code made of steps of some kind. */
export type CodeTree<Step> =
  | Step
  | { readonly kind: "sequence"; readonly parts: readonly CodeTree<Step>[] }
  /** `Promise.all`, or the SDK's group in race mode. */
  | { readonly kind: "all"; readonly parts: readonly CodeTree<Step>[]; readonly isRace: boolean }
  | { readonly kind: "caught"; readonly part: CodeTree<Step> };

/** A step that the code has come to and that has no memo. */
export interface Found<Step> {
  readonly step: Step;
  readonly isRace: boolean;
}

/** How far the code has come. */
export interface Replayed<Step> {
  readonly state: "done" | "open" | "threw";
  readonly found: readonly Found<Step>[];
}

interface AnyStep {
  readonly kind: string;
  readonly id: string;
}

/** Runs the code as far as its memos go. */
export function replay<Step extends AnyStep>(
  code: CodeTree<Step>,
  memos: Readonly<Record<string, unknown>>,
  isRace = false,
): Replayed<Step> {
  if (isStep(code)) {
    const memo = memos[code.id];
    if (memo === undefined) return { state: "open", found: [{ step: code, isRace }] };
    return { state: isErrorMemo(memo) ? "threw" : "done", found: [] };
  }
  switch (code.kind) {
    case "sequence": {
      const found: Found<Step>[] = [];
      for (const part of code.parts) {
        const inner = replay(part, memos, isRace);
        found.push(...inner.found);
        if (inner.state !== "done") return { state: inner.state, found };
      }
      return { state: "done", found };
    }
    case "all": {
      const inner = code.parts.map((part) => replay(part, memos, isRace || code.isRace));
      const has = (state: Replayed<Step>["state"]) => inner.some((one) => one.state === state);
      // What a rejected group leaves behind goes on being found.
      return {
        state: has("threw") ? "threw" : has("open") ? "open" : "done",
        found: inner.flatMap((one) => one.found),
      };
    }
    case "caught": {
      const inner = replay(code.part, memos, isRace);
      return { state: inner.state === "threw" ? "done" : inner.state, found: inner.found };
    }
  }
}

/** All steps of the code, reached or not. */
export function stepsOf<Step extends AnyStep>(code: CodeTree<Step>): readonly Step[] {
  if (isStep(code)) return [code];
  return code.kind === "caught" ? stepsOf(code.part) : code.parts.flatMap((part) => stepsOf(part));
}

function isStep<Step extends AnyStep>(code: CodeTree<Step>): code is Step {
  return "id" in code;
}

function isErrorMemo(memo: unknown): boolean {
  return typeof memo === "object" && memo !== null && "error" in memo;
}
