// The faults of a round: which, when, and how they are done to the processes and links of the bed.
import { setTimeout as pause } from "node:timers/promises";
import type { AppName } from "./apps/kinds.ts";
import type { Bed } from "./bed.ts";
import type { Chance } from "@stepwright/test-parts";
import type { LinkFault } from "./link.ts";

/** A fault. */
export type Fault =
  | { readonly kind: "killServer" }
  /** Killed, and its next starts, too, so many milliseconds into them. */
  | { readonly kind: "killStarts"; readonly startingMs: readonly number[] }
  /** Asked to stop while everything is under way. */
  | { readonly kind: "restartServer" }
  | { readonly kind: "killApp" }
  | { readonly kind: "killBoth" }
  | { readonly kind: "stopServer"; readonly ms: number }
  | { readonly kind: "stopApp"; readonly ms: number }
  | { readonly kind: "breakLink"; readonly link: "toServer" | "toApp"; readonly fault: LinkFault };

/** A fault and its moment. */
export interface PlannedFault {
  /** After so many pieces of data on the links, counted from the fault before. */
  readonly afterTraffic: number;
  /** And so many milliseconds more: what happens between two pieces of data is hit as well. */
  readonly delayMs: number;
  readonly fault: Fault;
}

/** Draws one to four faults. Every second one is a kill. */
export function planFaults(chance: Chance): readonly PlannedFault[] {
  return Array.from({ length: chance.between(1, 4) }, () => ({
    afterTraffic: chance.between(1, 239),
    delayMs: chance.between(0, 11),
    fault: chance.hits(0.5) ? kill(chance) : chance.hits(0.4) ? stop(chance) : breakLink(chance),
  }));
}

function kill(chance: Chance): Fault {
  const kind = chance.pick(["killServer", "killServer", "killApp", "killBoth", "killStarts", "restartServer"] as const);
  if (kind !== "killStarts") return { kind };
  return { kind, startingMs: Array.from({ length: chance.between(1, 3) }, () => chance.between(50, 899)) };
}

function stop(chance: Chance): Fault {
  return { kind: chance.pick(["stopServer", "stopApp"] as const), ms: chance.between(20, 899) };
}

function breakLink(chance: Chance): Fault {
  const towards = chance.pick(["client", "target"] as const);
  const fault = chance.pick<LinkFault>([
    { kind: "reset" },
    { kind: "halfClose", towards },
    { kind: "stall", ms: chance.between(20, 899) },
    { kind: "truncate", towards, bytes: chance.between(0, 399) },
  ]);
  return { kind: "breakLink", link: chance.pick(["toServer", "toApp"] as const), fault };
}

/** A round that has gone quiet must not wait for traffic that does not come. */
const waitMaxMs = 1_500;

/** Does them one after another; resolves when all that was stopped or killed is up again. */
export async function strikeAll(bed: Bed, app: AppName, faults: readonly PlannedFault[]): Promise<void> {
  for (const { afterTraffic, delayMs, fault } of faults) {
    const from = bed.traffic();
    const endAt = performance.now() + waitMaxMs;
    while (bed.traffic() < from + afterTraffic && performance.now() < endAt) await pause(1);
    if (delayMs > 0) await pause(delayMs);
    await strike(bed, app, fault);
  }
}

async function strike(bed: Bed, app: AppName, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case "killServer":
      return bed.crashServer();
    case "killStarts":
      return bed.crashServer(fault.startingMs);
    case "restartServer":
      return bed.restartServer();
    case "killApp":
      return bed.crashApp(app);
    case "killBoth":
      await Promise.all([bed.crashServer(), bed.crashApp(app)]);
      return;
    case "stopServer":
      return stopFor((await bed.server()).child, fault.ms);
    case "stopApp":
      return stopFor(bed.app(app), fault.ms);
    case "breakLink": {
      const link = fault.link === "toServer" ? bed.serverLink : bed.appLinks[app];
      // A link without a connection cannot be broken: the next one is waited for.
      const endAt = performance.now() + waitMaxMs;
      while (link.strike(fault.fault) === 0 && performance.now() < endAt) await pause(1);
    }
  }
}

async function stopFor(child: { signal(signal: NodeJS.Signals): void }, ms: number): Promise<void> {
  child.signal("SIGSTOP");
  await pause(ms);
  child.signal("SIGCONT");
}
