// Apps and functions as the matching needs them: built once per change, read by every event.
import { type Compiled, compile } from "@stepwright/expressions";
import type { AppId, FunctionId, Millis } from "@stepwright/protocol";
import { eventPatternsFor } from "@stepwright/protocol";
import type { App, FunctionRecord } from "./effects.ts";

/** An immutable view of what is registered. */
export interface Registry {
  readonly version: number;
  readonly apps: ReadonlyMap<AppId, App>;
  readonly functions: ReadonlyMap<FunctionId, FunctionRecord>;
  readonly functionsBySlug: ReadonlyMap<string, FunctionRecord>;
  /** Event triggers by the pattern they are written with. */
  readonly triggersByPattern: ReadonlyMap<string, readonly RegisteredTrigger[]>;
}

/** One event trigger of one function. */
export interface RegisteredTrigger {
  readonly fn: FunctionRecord;
  /** Position among the function's triggers: the first that matches starts it. */
  readonly index: number;
  /** Null matches every event of the name. Expressions were checked at sync; one that no longer compiles never matches. */
  readonly expression: Compiled | null;
}

/** Indexes apps and functions for matching. */
export function buildRegistry(snapshot: {
  readonly version: number;
  readonly apps: readonly App[];
  readonly functions: readonly FunctionRecord[];
}): Registry {
  const apps = new Map(snapshot.apps.map((app) => [app.id, app]));
  const live = snapshot.functions.flatMap((fn) => (fn.archivedAt === null ? [heldByApp(fn, apps.get(fn.appId))] : []));
  return {
    version: snapshot.version,
    apps,
    functions: new Map(live.map((fn) => [fn.id, fn])),
    functionsBySlug: new Map(live.map((fn) => [fn.slug, fn])),
    triggersByPattern: indexTriggers(live),
  };
}

/** Since when the function is paused, by itself or with its app; null when it works. */
export function pausedSince(fn: FunctionRecord): Millis | null {
  return fn.pausedAt ?? fn.appPausedAt ?? null;
}

/** The function as its app has it: paused with it. */
export function heldByApp(fn: FunctionRecord, app: App | undefined): FunctionRecord {
  return app === undefined || app.pausedAt === null ? fn : { ...fn, appPausedAt: app.pausedAt };
}

/** Every trigger whose pattern covers the event name, grouped by function and in each function's order. */
export function triggersFor(
  registry: Registry,
  eventName: string,
): ReadonlyMap<FunctionId, readonly RegisteredTrigger[]> {
  const byFunction = new Map<FunctionId, RegisteredTrigger[]>();
  for (const pattern of eventPatternsFor(eventName)) {
    for (const trigger of registry.triggersByPattern.get(pattern) ?? []) {
      const list = byFunction.get(trigger.fn.id);
      if (list === undefined) byFunction.set(trigger.fn.id, [trigger]);
      else list.push(trigger);
    }
  }
  for (const list of byFunction.values()) list.sort((a, b) => a.index - b.index);
  return byFunction;
}

function indexTriggers(functions: readonly FunctionRecord[]): Map<string, RegisteredTrigger[]> {
  const index = new Map<string, RegisteredTrigger[]>();
  for (const fn of functions) {
    fn.config.triggers.forEach((trigger, position) => {
      if (trigger.kind !== "event") return;
      const compiled = trigger.expression === null ? null : compile(trigger.expression);
      if (compiled !== null && compiled.kind === "invalid") return;
      const entry: RegisteredTrigger = { fn, index: position, expression: compiled?.expression ?? null };
      const list = index.get(trigger.event);
      if (list === undefined) index.set(trigger.event, [entry]);
      else list.push(entry);
    });
  }
  return index;
}
