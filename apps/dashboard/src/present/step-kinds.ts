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
