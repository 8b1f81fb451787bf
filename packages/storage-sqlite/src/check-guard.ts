// Guards: what must hold for a transition to be applied, asked inside its transaction.
import type { Guard } from "@stepwright/engine";
import { registryVersion } from "./registry.ts";
import type { Tables } from "./tables.ts";

/** Says whether the guard holds. */
export function holds(tables: Tables, guard: Guard): boolean {
  switch (guard.kind) {
    case "lease":
      return tables.queue.holdsLease(guard.itemId, guard.generation);
    case "runVersion":
      return tables.runs.version(guard.runId) === guard.version;
    case "pauseOpen":
      return tables.pauses.isOpen(guard.pauseId);
    case "itemAbsent":
      return !tables.queue.has(guard.itemId);
    case "itemWaiting":
      return tables.queue.isWaiting(guard.itemId);
    case "itemSetAside":
      return tables.queue.isSetAside(guard.itemId);
    case "keyFree":
      return tables.runs.isKeyFree(guard.key, guard.now);
    case "signalFree":
      return tables.pauses.isSignalFree(guard.signal);
    case "noNewerPauses":
      return !tables.pauseIndex.hasNewer(guard);
    case "batchSize":
      return tables.batches.count(guard.batchId) === guard.count;
    case "registryVersion":
      return registryVersion(tables.counters) === guard.version;
  }
}
