// What the kinds of steps are called. The signs are names of `components/ui/icon.tsx`.
import type { ApiStep } from "@stepwright/protocol";

/** Title, short title and sign of each kind of step. */
export const stepKinds = {
  step: { title: "Step", short: "Step", icon: "step" },
  sleep: { title: "Sleep", short: "Sleep", icon: "clock" },
  wait: { title: "Wait for event", short: "Wait", icon: "hourglass" },
  invoke: { title: "Invoke", short: "Invoke", icon: "invoke" },
  signal: { title: "Wait for signal", short: "Signal", icon: "signal" },
  gateway: { title: "Request", short: "Request", icon: "gateway" },
  function: { title: "Function, outside its steps", short: "Function", icon: "code" },
} as const satisfies Record<ApiStep["kind"], { readonly title: string; readonly short: string; readonly icon: string }>;

/** What a step is called. The function's row is about the call, not the user's code, when the app did not answer it. */
export function stepTitle(step: Pick<ApiStep, "kind" | "name" | "error">): string {
  if (step.kind !== "function") return step.name;
  return step.error === null || step.error.noAnswer === null ? stepKinds.function.title : "Call of the app";
}
