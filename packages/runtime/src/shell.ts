// What the parts of the shell share: the ports, the settings, the registry as of now, and the context of a decision.
import { buildRegistry, type DecisionContext, type Registry } from "@stepwright/engine";
import { type Millis } from "@stepwright/protocol";
import type { Logger } from "pino";
import { createLimitOverrides, type LimitOverrides } from "./limit-overrides.ts";
import { storageRetryMs } from "./limits.ts";
import type { Observer } from "./observer.ts";
import type { Ports } from "./ports.ts";
import { createRegistryGate, type RegistryGate } from "./registry-gate.ts";
import type { RuntimeSettings } from "./runtime.ts";

/** Shared surroundings. */
export interface Shell {
  readonly ports: Ports;
  readonly settings: RuntimeSettings;
  readonly log: Logger;
  readonly registry: () => Registry;
  /** When the runtime started to work. */
  readonly startedAt: () => Millis;
  readonly begin: () => void;
  /** Reads apps and functions again after a change. */
  readonly refreshRegistry: () => Promise<void>;
  /** Where changes of the registry wait for each other, and for those that they have turned down too often. */
  readonly gate: RegistryGate;
  /** The context of a decision made now. */
  readonly context: (takenSignals?: ReadonlySet<string>) => DecisionContext;
  readonly newId: () => string;
  /** Limits of single functions in place of those that hold for all. */
  readonly limits: LimitOverrides;
  readonly observer: Observer;
  /** Waits before something is asked of a database in trouble again; resolves early when the runtime stops. */
  readonly rest: () => Promise<void>;
  /** Aborted when the runtime stops for good: requests in flight end. */
  readonly signal: AbortSignal;
}

/** Makes the shell. */
export function createShell(options: {
  readonly ports: Ports;
  readonly settings: RuntimeSettings;
  readonly log: Logger;
  readonly observer: Observer;
  readonly signal: AbortSignal;
}): Shell {
  const { ports, settings } = options;
  let registry = buildRegistry({ version: -1, apps: [], functions: [] });
  let startedAt = ports.clock.now();
  const newId = () => ports.random.ulid(ports.clock.now());
  const limits = createLimitOverrides(settings.limits);
  const retry = {
    schedule: settings.retrySchedule,
    intervalMs: settings.retryIntervalMs,
    hasJitter: settings.retryJitter,
  };
  return {
    ...options,
    newId,
    gate: createRegistryGate(),
    limits,
    registry: () => registry,
    startedAt: () => startedAt,
    begin() {
      startedAt = ports.clock.now();
    },
    async refreshRegistry() {
      const snapshot = await ports.storage.registry.load();
      // Two reads may come back in either order.
      if (snapshot.version > registry.version) registry = buildRegistry(snapshot);
    },
    rest: () => ports.clock.sleep(storageRetryMs, options.signal),
    context: (takenSignals = noSignals) => ({
      now: ports.clock.now(),
      newId,
      fraction: ports.random.fraction,
      registry,
      retry,
      takenSignals,
      limitsOf: limits.of,
    }),
  };
}

const noSignals: ReadonlySet<string> = new Set();
