// What the kinds of steps are called. The signs are names of `components/ui/icon.tsx`.
import type { ApiStep } from "@stepwright/protocol";

/** Title and sign of each kind of step. */
export const stepKinds = {
  step: { title: "Step", icon: "step" },
  sleep: { title: "Sleep", icon: "clock" },
  wait: { title: "Wait for event", icon: "hourglass" },
  invoke: { title: "Invoke", icon: "invoke" },
  signal: { title: "Wait for signal", icon: "signal" },
  gateway: { title: "Request", icon: "gateway" },
  function: { title: "Function, outside its steps", icon: "code" },
} as const satisfies Record<ApiStep["kind"], { readonly title: string; readonly icon: string }>;
