// How a test says what a step is to do instead.
import type { StepStubRule, TestControls } from "@stepwright/http";
import type { FunctionSlugs } from "./function-slugs.ts";
import { readDuration } from "./read-duration.ts";
import type { StepStub, TestEngine } from "./test-engine.ts";

/** Makes `engine.stub`. */
export function stubbing(controls: TestControls, slugs: FunctionSlugs): TestEngine["stub"] {
  return (...names: readonly [unknown, string] | readonly [string]) => {
    const [step] = names.slice(-1);
    if (typeof step !== "string" || step === "")
      throw new TypeError("name the step by the id that its function gives it");
    const fn = names.length === 2 ? slugs.of(names[0] as string) : null;
    return stubOf({ function: fn, step }, controls);
  };
}

function stubOf(first: StepStubRule, controls: TestControls): StepStub {
  let rule = first;
  const change = (more: Partial<StepStubRule>): StepStub => {
    rule = { ...rule, ...more };
    controls.stub(rule);
    return stub;
  };
  const stub: StepStub = {
    returns: (value) => change({ returns: { value } }),
    fails({ times, error = "a stub failed", retriable = true } = {}) {
      const { name, message } = typeof error === "string" ? { name: "Error", message: error } : error;
      return change({ fails: { times: times ?? null, name, message, retriable } });
    },
    takes: (duration) => change({ takesMs: readDuration(duration) }),
  };
  return stub;
}
